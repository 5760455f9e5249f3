"""Keys and signed things: the only place of the server that imports PyJWT.

* ES256 (RFC 7518) throughout: every browser a kit meets verifies it natively.
* A key's `kid` is the RFC 7638 thumbprint of its public JWK.
* Signing keys live in SIGNING_KEY_FILE, which is read again when a key is asked for that it did not hold:
  a rotation reaches running servers at once.
* The root key signs keysets and its own successor, nothing else. Its private half is encrypted on disk and
  read only by the commands that are given its passphrase.
"""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import UUID, uuid4

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from licence_server.domain.errors import ConfigError, Refused
from licence_server.domain.lease import NO_END, lease_dates

KEYSET_LIFETIME = timedelta(days=3 * 366)
REMEMBERED_LEASES = 1024
_END = b"-----END PRIVATE KEY-----\n"

Jwk = dict[str, str]


@dataclass(frozen=True)
class PrivateKey:
    """One private key with its public JWK."""

    key: EllipticCurvePrivateKey
    jwk: Jwk

    @property
    def kid(self) -> str:
        return self.jwk["kid"]

    @classmethod
    def of(cls, key: EllipticCurvePrivateKey) -> "PrivateKey":
        return cls(key, _jwk(key.public_key()))

    @classmethod
    def generate(cls) -> "PrivateKey":
        return cls.of(generate_private_key(SECP256R1()))

    def pem(self, passphrase: str | None = None) -> bytes:
        """PKCS #8, encrypted where a passphrase is given."""
        encryption: KeySerializationEncryption = NoEncryption()
        if passphrase is not None:
            encryption = BestAvailableEncryption(passphrase.encode())
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    def sign(self, typ: str, claims: Mapping[str, Any]) -> str:
        """A compact JWS of one of our types."""
        return jwt.encode(dict(claims), self.key, algorithm="ES256", headers={"typ": typ, "kid": self.kid})


class LeaseContent(NamedTuple):
    """All that a lease says, in the values that it is made from: to know it again must cost less than to write it.
    ends_at: of the licence, None where it has none. item_ids: in the kit's order."""

    issuer: str
    kit_id: str
    installation_id: UUID
    issued_at: datetime
    organisation_id: UUID
    organisation_name: str
    licence_id: UUID
    licence_kind: str
    ends_at: datetime | None
    item_ids: tuple[str, ...]
    lease_days: int
    grace_days: int
    check_in_days: int


class SigningKeys:
    """The private signing keys of a file, and the leases last signed with them: a kit that checks in again within
    the hour is handed the very same one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, PrivateKey] = {}
        self._lock = threading.Lock()
        self.lease = lru_cache(maxsize=REMEMBERED_LEASES)(self._lease)

    def find(self, kid: str) -> PrivateKey:
        """The key of that id. Raises ConfigError where the file lacks it."""
        if kid not in self._keys:
            with self._lock:
                self._keys = {key.kid: key for key in read_signing_keys(self._path)}
        try:
            return self._keys[kid]
        except KeyError:
            raise ConfigError(f"The signing key {kid} is not in {self._path}.") from None

    def _lease(self, kid: str, content: LeaseContent) -> str:
        """A lease signed with the key of that id. Raises ConfigError."""
        return sign_lease(self.find(kid), content)


def read_signing_keys(path: Path) -> list[PrivateKey]:
    """Every key of a signing key file. Raises ConfigError."""
    try:
        blocks = path.read_bytes().split(_END)
        return [_load(block + _END, None) for block in blocks if block.strip()]
    except (OSError, ValueError) as error:
        raise ConfigError(f"The signing key file {path} cannot be read ({error.__class__.__name__}).") from None


def read_root_key(path: Path, passphrase: str) -> PrivateKey:
    """The root's private half. Raises Refused where file or passphrase are wrong."""
    try:
        content = path.read_bytes()
    except OSError:
        raise Refused("root_key_missing", f"The root key cannot be read from {path}.") from None
    return open_root_key(content, passphrase)


def open_root_key(content: bytes, passphrase: str) -> PrivateKey:
    """The same, from the content of such a file."""
    try:
        return _load(content, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused("root_key_locked", "The passphrase does not open the root key, or it is no such key.") from None


def sign_lease(key: PrivateKey, content: LeaseContent) -> str:
    """A `kit-lease+jwt`.

    `jti` follows from installation and moment, so that a lease handed out again is the same lease.
    """
    dates = lease_dates(content.issued_at, content, content.ends_at)
    issued_at = _numeric(dates.issued_at)
    installation_id, ends_at = str(content.installation_id), content.ends_at or NO_END
    return key.sign(
        "kit-lease+jwt",
        {
            "iss": content.issuer,
            "aud": content.kit_id,
            "sub": installation_id,
            "jti": sha256(f"{installation_id} {issued_at} {key.kid}".encode()).hexdigest()[:32],
            "iat": issued_at,
            "nbf": _numeric(dates.not_before),
            "exp": _numeric(dates.expires_at),
            "grace_until": _numeric(dates.grace_until),
            "organisation": {"id": str(content.organisation_id), "name": content.organisation_name},
            "licence": {"id": str(content.licence_id), "kind": content.licence_kind, "ends_at": _numeric(ends_at)},
            "items": list(content.item_ids),
            "check_in_days": content.check_in_days,
        },
    )


def sign_keyset(root: PrivateKey, *, issuer: str, version: int, jwks: Iterable[Jwk], now: datetime) -> str:
    """A `kit-keyset+jwt`, good for three years."""
    return root.sign(
        "kit-keyset+jwt",
        {
            "iss": issuer,
            "aud": "kit-keyset",
            "jti": uuid4().hex,
            "iat": _numeric(now),
            "exp": _numeric(now + KEYSET_LIFETIME),
            "version": version,
            "keys": list(jwks),
        },
    )


def sign_root_change(previous: PrivateKey, *, issuer: str, root: Jwk, version: int, now: datetime) -> str:
    """A `kit-root+jwt`: the old root says which one follows it."""
    return previous.sign(
        "kit-root+jwt",
        {
            "iss": issuer,
            "aud": "kit-root",
            "jti": uuid4().hex,
            "iat": _numeric(now),
            "root": root,
            "version": version,
        },
    )


def _load(pem: bytes, passphrase: str | None) -> PrivateKey:
    key = load_pem_private_key(pem, passphrase.encode() if passphrase is not None else None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("not a P-256 key")
    return PrivateKey.of(key)


def _jwk(public: EllipticCurvePublicKey) -> Jwk:
    numbers = public.public_numbers()
    required = {"crv": "P-256", "kty": "EC", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":")).encode()
    thumbprint = _base64url(sha256(canonical).digest())
    return cast(Jwk, {**required, "kid": thumbprint, "alg": "ES256", "use": "sig"})


def _coordinate(value: int) -> str:
    return _base64url(value.to_bytes(32, "big"))


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _numeric(moment: datetime) -> int:
    """RFC 7519 NumericDate, whole seconds."""
    return int(moment.timestamp())
