"""The deployment all vectors come from: keys from seeds, one kit, one installation, one moment."""

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.support.signer import SigningKey

DAY = 86_400
YEAR = 365 * DAY
NOW = 1_900_000_000
ISSUER = "https://licences.example"
KIT = "prevent-for-business"
INSTALLATION = "01976f2e-7c00-7000-8000-000000000001"

ROOT = SigningKey.from_seed("root 1")
SECOND_ROOT = SigningKey.from_seed("root 2")
THIRD_ROOT = SigningKey.from_seed("root 3")
STRANGER = SigningKey.from_seed("stranger")
SIGNING = SigningKey.from_seed("signing 1")
NEXT_SIGNING = SigningKey.from_seed("signing 2")
MESSAGE_KEY = bytes(range(32))

Claims = dict[str, Any]
Case = dict[str, Any]


def jti(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}


def lease_claims(**changes: Any) -> Claims:
    claims = {
        "iss": ISSUER,
        "aud": KIT,
        "sub": INSTALLATION,
        "jti": jti("lease"),
        "iat": NOW,
        "nbf": NOW - DAY,
        "exp": NOW + 30 * DAY,
        "grace_until": NOW + 60 * DAY,
        "organisation": {"id": "org-1", "name": "Bäckerei Grün & Söhne"},
        "licence": {"id": "lic-1", "kind": "trial", "ends_at": NOW + 183 * DAY},
        "items": ["film-1", "film-2"],
        "check_in_days": 30,
    }
    return claims | changes


def keyset_claims(*keys: SigningKey, **changes: Any) -> Claims:
    claims = {
        "iss": ISSUER,
        "aud": "kit-keyset",
        "jti": jti("keyset"),
        "iat": NOW - DAY,
        "exp": NOW + 3 * YEAR,
        "version": 1,
        "keys": [key.jwk for key in keys or (SIGNING,)],
    }
    return claims | changes


def root_claims(new: SigningKey, version: int, **changes: Any) -> Claims:
    claims = {
        "iss": ISSUER,
        "aud": "kit-root",
        "jti": jti(f"root {version}"),
        "iat": NOW - DAY,
        "root": new.jwk,
        "version": version,
    }
    return claims | changes


def receipt_claims(**changes: Any) -> Claims:
    claims = {
        "iss": ISSUER,
        "aud": INSTALLATION,
        "jti": jti("receipt"),
        "iat": NOW,
        "message": jti("message"),
        "results": [],
        "verdict": {"valid": True, "code": "active", "detail": "The kit may be used."},
    }
    return claims | changes


def message_claims(**changes: Any) -> Claims:
    claims = {
        "iss": ISSUER,
        "aud": ISSUER,
        "jti": jti("message"),
        "iat": NOW,
        "sub": INSTALLATION,
        "sent_at": "2030-03-17T17:46:40Z",
        "reports": [],
    }
    return claims | changes


def lease(**changes: Any) -> str:
    return SIGNING.sign("kit-lease+jwt", lease_claims(**changes))


def keyset(*keys: SigningKey, by: SigningKey = ROOT, **changes: Any) -> str:
    return by.sign("kit-keyset+jwt", keyset_claims(*keys, **changes))


def root_change(new: SigningKey, version: int, *, by: SigningKey, **changes: Any) -> str:
    return by.sign("kit-root+jwt", root_claims(new, version, **changes))


def encode(claims: Claims) -> bytes:
    return json.dumps(claims).encode()
