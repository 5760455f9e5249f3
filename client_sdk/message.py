"""A message that somebody carries to the server (`kit-message+jwt`), and the symbols that confirm it. Pure.

* Compact JWS, HS256 with the message key; `kid` names the server's secret behind it. The payload is raw
  DEFLATE (RFC 1951) of the claims, which the header says as `zip: "DEF"`.
* `iss` and `aud` are the server, as in the lease's `iss`. `sent_at` is by the clock that timed the reports.
* Confirmation: base32 of HMAC-SHA256(message key, "ack:" + jti), its first eight symbols, in the alphabet of
  activation tokens. Typed with the same forgiveness: case, spaces, hyphens, O for 0, I and L for 1.
"""

import hmac
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from client_sdk.activation_token import SYMBOLS

TYP = "kit-message+jwt"
LENGTH = 8
_FORGIVEN = str.maketrans("OIL", "011", " -\t")


def sign(claims: dict[str, Any], *, key: str, kid: str) -> str:
    """The compact text of a message. key: base64url, as the activation gave it."""
    header = {"alg": "HS256", "typ": TYP, "kid": kid, "zip": "DEF"}
    unsigned = f"{_base64url(_json(header))}.{_base64url(_deflate(_json(claims)))}"
    return f"{unsigned}.{_base64url(hmac.digest(_bytes(key), unsigned.encode(), 'sha256'))}"


def confirmation(key: str, jti: str) -> str:
    """The eight symbols that confirm the message with this id."""
    digest = hmac.digest(_bytes(key), f"ack:{jti}".encode(), "sha256")
    bits = int.from_bytes(digest[:5], "big")
    return "".join(SYMBOLS[bits >> 5 * place & 31] for place in reversed(range(LENGTH)))


def read_confirmation(typed: str) -> str | None:
    """The symbols in what was typed; None where they cannot be a confirmation."""
    symbols = typed.strip().upper().translate(_FORGIVEN) if typed.isascii() else ""
    return symbols if len(symbols) == LENGTH and all(symbol in SYMBOLS for symbol in symbols) else None


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(zlib.Z_BEST_COMPRESSION, wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def _bytes(key: str) -> bytes:
    return urlsafe_b64decode(key + "=" * (-len(key) % 4))


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
