"""Leases under an accepted keyset: what a verifier must say at a moment."""

import json
from base64 import urlsafe_b64decode
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.signer import b64, compact, sign_hs256
from tests.support.vectors import world
from tests.support.vectors.world import DAY, ISSUER, KIT, NOW, SIGNING, YEAR, Case

TYP = "kit-lease+jwt"
REQUIRED = tuple(world.lease_claims())
NESTED = (
    ("organisation", "id"),
    ("organisation", "name"),
    ("licence", "id"),
    ("licence", "kind"),
    ("licence", "ends_at"),
)
DATES = ("iat", "nbf", "exp", "grace_until")
TEXTS = ("iss", "aud", "sub", "jti")
NOT_DATES = (True, None, -1, 1.5, "1900000000", [NOW], {}, 1e300, 10**30)
NOT_TEXTS = (True, None, "", 7, [KIT], {})


def case(name: str, what: str, lease: Any, code: str, *, now: float = NOW, **inputs: Any) -> Case:
    return {
        "name": name,
        "what": what,
        "root": world.ROOT.jwk,
        "roots": [],
        "keyset": world.keyset(),
        "lease": lease,
        "now": now,
        "issuer": ISSUER,
        "kit_id": KIT,
        "installation_id": world.INSTALLATION,
        "newest_iat": 0,
        **inputs,
        "expected": {"valid": code in ("active", "in_grace"), "code": code},
    }


def cases() -> list[Case]:
    return [*_dates(), *_wrong_claims(), *_headers(), *_missing(), *_types(), *_texts(), *_keys()]


def _dates() -> list[Case]:
    lease = world.lease()
    exp, grace = NOW + 30 * DAY, NOW + 60 * DAY
    open_end = world.lease(licence={"id": "lic-1", "kind": "full", "ends_at": 253402214400})
    return [
        case("valid", "a lease as the server signs it", lease, "active"),
        case("full licence without an end", "ends_at is the last day of the year 9999", open_end, "active"),
        case("no items", "an empty list is a list", world.lease(items=[]), "active"),
        case("further claims and headers", "unknown ones are ignored", world.lease(extra={"a": 1}), "active"),
        case("first second", "now equals nbf", lease, "active", now=NOW - DAY),
        case(
            "not yet effective",
            "now is before nbf: the server's clock was past it",
            lease,
            "clock_suspect",
            now=NOW - DAY - 1,
        ),
        case("iat in the future", "not an error: the PC's clock may be slow", lease, "active", now=NOW - 3600),
        case("last second", "one second before exp", lease, "active", now=exp - 1),
        case("in grace", "now equals exp", lease, "in_grace", now=exp),
        case("last second of grace", "one second before grace_until", lease, "in_grace", now=grace - 1),
        case("expired", "now equals grace_until", lease, "lease_expired", now=grace),
        case("expired for years", "ten years later", lease, "lease_expired", now=NOW + 10 * YEAR),
        case("no grace", "grace_until equals exp", world.lease(grace_until=exp), "lease_expired", now=exp),
        case("grace before exp", "malformed, whatever the time", world.lease(grace_until=exp - 1), "lease_invalid"),
        case("same iat as the newest", "the newest lease itself", lease, "active", newest_iat=NOW),
        case(
            "older than the newest",
            "a lease from before one already verified",
            lease,
            "lease_invalid",
            newest_iat=NOW + 1,
        ),
    ]


def _wrong_claims() -> list[Case]:
    wrong = {
        "wrong audience": {"aud": "another-kit"},
        "audience as a list": {"aud": [KIT]},
        "wrong issuer": {"iss": "https://elsewhere.example"},
        "issuer with a slash": {"iss": ISSUER + "/"},
        "wrong installation": {"sub": "01976f2e-7c00-7000-8000-000000000002"},
        "unknown kind of licence": {"licence": {"id": "lic-1", "kind": "gift", "ends_at": NOW}},
        "items of another type": {"items": ["film-1", 2]},
    }
    return [
        case(name, "signed, but not for us", world.lease(**change), "lease_invalid") for name, change in wrong.items()
    ]


def _headers() -> list[Case]:
    claims, payload = world.lease_claims(), world.encode(world.lease_claims())
    sign = SIGNING.sign
    pem = SIGNING.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    jwk, header = SIGNING.jwk, {"typ": TYP, "kid": SIGNING.kid}
    made = {
        "wrong kid": sign(TYP, claims, kid="nobody"),
        "kid of another type": sign(TYP, claims, kid=7),
        "no kid": SIGNING.sign_bytes(TYP, payload, kid=None),
        "typ JWT": sign("JWT", claims),
        "typ in capitals": sign(TYP.upper(), claims),
        "typ with a prefix": sign("application/" + TYP, claims),
        "typ of another type": sign(TYP, claims, typ=[TYP]),
        "alg none, no signature": compact(header | {"alg": "none"}, payload),
        "alg none, the signature kept": sign(TYP, claims, alg="none"),
        "alg None": compact(header | {"alg": "None"}, payload),
        "alg ES384": sign(TYP, claims, alg="ES384"),
        "alg es256": sign(TYP, claims, alg="es256"),
        "HS256 with the public key as PEM": sign_hs256(pem, header, payload),
        "HS256 with the public key's x": sign_hs256(urlsafe_b64decode(jwk["x"] + "="), header, payload),
        "HS256 with the kid": sign_hs256(SIGNING.kid.encode(), header, payload),
        "crit names an unknown extension": sign(TYP, claims, crit=["exp"]),
        "b64 false": sign(TYP, claims, crit=["b64"], b64=False),
        "the key comes along in the header": world.STRANGER.sign(TYP, claims, kid=SIGNING.kid, jwk=world.STRANGER.jwk),
        "header repeats alg": _raw_header(
            f'{{"alg":"none","alg":"ES256","typ":"{TYP}","kid":"{SIGNING.kid}"}}', payload
        ),
    }
    return [
        case(name, "the verifier fixes type, algorithm and key", lease, "lease_invalid") for name, lease in made.items()
    ]


def _missing() -> list[Case]:
    claims = world.lease_claims()
    made = {f"without {name}": world.without(claims, name) for name in REQUIRED}
    made |= {f"without {outer}.{name}": claims | {outer: world.without(claims[outer], name)} for outer, name in NESTED}
    return [
        case(name, "every claim is required", SIGNING.sign(TYP, one), "lease_invalid") for name, one in made.items()
    ]


def _types() -> list[Case]:
    claims = world.lease_claims()
    made = {f"{name} is {value!r}": claims | {name: value} for name in DATES for value in NOT_DATES}
    made |= {f"{name} is {value!r}": claims | {name: value} for name in TEXTS for value in NOT_TEXTS}
    made |= {
        f"{outer}.{name} is {value!r}": claims | {outer: claims[outer] | {name: value}}
        for outer, name in NESTED
        for value in (NOT_DATES if name == "ends_at" else NOT_TEXTS)
    }
    made |= {
        f"{name} is {value!r}": claims | {name: value}
        for name in ("organisation", "licence")
        for value in (None, "x", [])
    }
    made |= {f"items is {value!r}": claims | {"items": value} for value in (None, "film-1", {}, [None], [""])}
    made |= {f"check_in_days is {value!r}": claims | {"check_in_days": value} for value in (None, True, "30", 1.5, -1)}
    found = [
        case(name, "every claim has its type", SIGNING.sign(TYP, one), "lease_invalid") for name, one in made.items()
    ]
    for literal in ("NaN", "Infinity", "-Infinity"):
        text = world.encode(claims).replace(b'"exp": %d' % claims["exp"], b'"exp": ' + literal.encode())
        found.append(case(f"exp is {literal}", "not JSON", SIGNING.sign_bytes(TYP, text), "lease_invalid"))
    return found


def _texts() -> list[Case]:
    lease = world.lease()
    header, payload, signature = lease.split(".")
    flipped = signature[:9] + ("A" if signature[9] != "A" else "B") + signature[10:]
    later = b64(world.encode(world.lease_claims(exp=NOW + 300 * DAY)))
    twice = b'{"iss":"https://elsewhere.example",' + world.encode(world.lease_claims())[1:]
    made: dict[str, Any] = {
        "tampered payload": f"{header}.{later}.{signature}",
        "tampered signature": f"{header}.{payload}.{flipped}",
        "signature of zeros": f"{header}.{payload}.{b64(bytes(64))}",
        "signature in DER length": f"{header}.{payload}.{b64(bytes(71))}",
        "truncated by one": lease[:-1],
        "truncated by half": lease[: len(lease) // 2],
        "without signature": f"{header}.{payload}",
        "empty signature": f"{header}.{payload}.",
        "empty payload": f"{header}..{signature}",
        "empty": "",
        "two dots": "..",
        "four parts": lease + "." + signature,
        "padded payload": f"{header}.{payload}=.{signature}",
        "padded signature": lease + "==",
        "space before": " " + lease,
        "space after": lease + " ",
        "newline after": lease + "\n",
        "carriage return and newline after": lease + "\r\n",
        "newline within the payload": f"{header}.{payload[:20]}\n{payload[20:]}.{signature}",
        "space within the signature": f"{header}.{payload}.{signature[:20]} {signature[20:]}",
        "tab after a dot": f"{header}.\t{payload}.{signature}",
        "byte order mark before": "\ufeff" + lease,
        "no-break space after": lease + "\u00a0",
        "full-width dot": lease.replace(".", "\uff0e"),
        "standard base64": f"{header}.{payload}.{signature[:-2]}+/",
        "last symbol not canonical": f"{header}.{payload}.{_respell(signature)}",
        "in JSON serialisation": json.dumps({"payload": payload, "protected": header, "signature": signature}),
        "payload is a list": SIGNING.sign_bytes(TYP, b"[]"),
        "payload is text": SIGNING.sign_bytes(TYP, b'"lease"'),
        "payload is not UTF-8": SIGNING.sign_bytes(TYP, b"\xff{}"),
        "payload repeats a claim": SIGNING.sign_bytes(TYP, twice),
        "payload nested deeply": SIGNING.sign_bytes(TYP, b"[" * 20_000),
        "null": None,
        "a number": 7,
    }
    return [case(name, "only the strict compact form is a lease", text, "lease_invalid") for name, text in made.items()]


def _keys() -> list[Case]:
    claims = world.lease_claims()
    both = world.keyset(SIGNING, world.NEXT_SIGNING, version=2)
    only_next = world.keyset(world.NEXT_SIGNING, version=3)
    by_next = world.NEXT_SIGNING.sign(TYP, claims)
    stranger = world.STRANGER.sign(TYP, claims, kid=SIGNING.kid)
    other = {"kty": "OKP", "crv": "Ed25519", "x": b64(bytes(32)), "kid": "ed"}
    mixed = world.ROOT.sign("kit-keyset+jwt", world.keyset_claims(keys=[other, SIGNING.jwk]))
    expired = world.keyset(exp=NOW - YEAR)
    return [
        case("old key after a rotation", "the keyset keeps it", world.lease(), "active", keyset=both),
        case("new key after a rotation", "the keyset has it", by_next, "active", keyset=both),
        case("retired key", "two rotations later it is gone", world.lease(), "lease_invalid", keyset=only_next),
        case("signed by a stranger", "under the kid of a key of ours", stranger, "lease_invalid"),
        case("signed by the root", "the root signs no leases", world.ROOT.sign(TYP, claims), "lease_invalid"),
        case("a key of another kind beside ours", "is left out", world.lease(), "active", keyset=mixed),
        case("keyset expired since", "exp counts on acceptance only", world.lease(), "active", keyset=expired),
        case(
            "keyset of a stranger",
            "the root did not sign it",
            world.lease(),
            "lease_invalid",
            keyset=world.keyset(by=world.STRANGER),
        ),
        case(
            "keyset signed by a signing key",
            "it cannot vouch for itself",
            world.lease(),
            "lease_invalid",
            keyset=world.keyset(by=SIGNING),
        ),
        case("no keyset", "nothing was accepted yet", world.lease(), "lease_invalid", keyset=None),
    ]


def _raw_header(header: str, payload: bytes) -> str:
    """A lease whose header is these very bytes, rightly signed."""
    return SIGNING.sign_raw(header.encode(), payload)


def _respell(part: str) -> str:
    """The same bytes with the unused bits of the last symbol set."""
    symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return part[:-1] + symbols[symbols.index(part[-1]) + 1]
