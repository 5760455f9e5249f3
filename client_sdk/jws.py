"""Compact JWS (RFC 7515) signed with ES256 (RFC 7518, section 3.4), read strictly.

* Three parts of base64url without padding, each in its one canonical spelling; any white space, newline,
  `=` or further part refuses the text.
* The verifier names `typ` and key; the header must agree: `typ` exactly, `alg` ES256. The header's `kid`
  only chooses among the keys the verifier offers.
* `crit` and `b64` are refused: this reader understands no extension (RFC 7515, section 4.1.11).
* JSON members appear once, numbers are finite.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from json import JSONDecoder
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from jwt.algorithms import ECAlgorithm
from jwt.exceptions import InvalidKeyError

from client_sdk.errors import NotTrusted

ALGORITHM = "ES256"
MAX_LENGTH = 1 << 20

_PART = r"([A-Za-z0-9_-]+)"
_COMPACT = re.compile(rf"{_PART}\.{_PART}\.{_PART}")
_COORDINATE = re.compile(r"[A-Za-z0-9_-]{43}")
_ES256 = ECAlgorithm(ECAlgorithm.SHA256)


class Jws(NamedTuple):
    """The parts of a compact text; nothing about it has been verified."""

    header: dict[str, Any]
    payload: bytes
    signing_input: bytes
    signature: bytes


def public_key(jwk: Any) -> EllipticCurvePublicKey:
    """The P-256 public key of a JWK (RFC 7517); a private member is ignored. Raises NotTrusted."""
    if not isinstance(jwk, Mapping) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise NotTrusted("the key is not a P-256 JWK")
    if jwk.get("alg", ALGORITHM) != ALGORITHM or jwk.get("use", "sig") != "sig":
        raise NotTrusted("the key is not one for ES256 signatures")
    x, y = jwk.get("x"), jwk.get("y")
    if not (isinstance(x, str) and isinstance(y, str) and _COORDINATE.fullmatch(x) and _COORDINATE.fullmatch(y)):
        raise NotTrusted("the key's coordinates are malformed")
    try:
        key = ECAlgorithm.from_jwk({"kty": "EC", "crv": "P-256", "x": x, "y": y})
    except (InvalidKeyError, ValueError) as error:
        raise NotTrusted("the key is not a point of P-256") from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise NotTrusted("the key is not a public one")
    return key


def parse(text: Any, *, typ: str) -> Jws:
    """The parts of a compact text whose header claims `typ` and ES256. Raises NotTrusted."""
    if not isinstance(text, str) or len(text) > MAX_LENGTH or not text.isascii():
        raise NotTrusted("not a compact JWS")
    match = _COMPACT.fullmatch(text)
    if match is None:
        raise NotTrusted("not a compact JWS")
    header = decode_json(_decode(match[1]))
    if header.get("typ") != typ:
        raise NotTrusted(f"typ is not {typ}")
    if header.get("alg") != ALGORITHM:
        raise NotTrusted("alg is not ES256")
    if "crit" in header or "b64" in header:
        raise NotTrusted("the header asks for an extension")
    return Jws(header, _decode(match[2]), text[: match.end(2)].encode(), _decode(match[3]))


def claims(jws: Jws, key: EllipticCurvePublicKey) -> dict[str, Any]:
    """The claims, once `key` has verified the signature. Raises NotTrusted."""
    if not _ES256.verify(jws.signing_input, key, jws.signature):
        raise NotTrusted("the signature does not verify")
    return decode_json(jws.payload)


def decode_json(data: bytes) -> dict[str, Any]:
    """A JSON object (RFC 8259). Raises NotTrusted."""
    try:
        value = _JSON.decode(data.decode())
    except (ValueError, RecursionError) as error:
        raise NotTrusted("not a JSON object") from error
    if not isinstance(value, dict):
        raise NotTrusted("not a JSON object")
    return value


def _decode(part: str) -> bytes:
    try:
        data = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise NotTrusted("not base64url") from error
    if urlsafe_b64encode(data).rstrip(b"=") != part.encode():
        raise NotTrusted("not canonical base64url")
    return data


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) != len(members):
        raise ValueError("a member appears twice")
    return value


def _finite(name: str) -> None:
    raise ValueError(name)


_JSON = JSONDecoder(object_pairs_hook=_once, parse_constant=_finite)
