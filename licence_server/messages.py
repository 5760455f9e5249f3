"""Carried messages (`kit-message+jwt`), read strictly.

* The compact form of RFC 7515: three parts of base64url without padding, nothing around them.
* Type, algorithm (HS256), coding (`zip: "DEF"`) and audience are ours to say, never the message's; `crit` and
  `b64` are refused. `kid` only names one of the deployment's secrets, old ones included.
* The key follows from that secret and `sub`, so the payload has to be read before it can be trusted: it is
  expanded to 1 MiB at most, and nothing of it is believed until the signature (compared in constant time)
  holds.
* Not signed as a kit of ours signs: Refused, `message_refused`, whatever it was. Too large, or rightly signed
  and wrong inside: Invalid, `message_invalid`, with the field.
"""

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from jwt.algorithms import HMACAlgorithm
from msgspec import Meta, Struct

from licence_server.domain import dates, json_text
from licence_server.domain.errors import Invalid, Malformed, Refused
from licence_server.domain.usage_report import Moment, is_storable

TYP = "kit-message+jwt"
MAX_EXPANDED = 1 << 20
MAX_REPORTS = 500

_PART = "([A-Za-z0-9_-]+)"
_COMPACT = re.compile(rf"{_PART}\.{_PART}\.{_PART}")
_HS256 = HMACAlgorithm(HMACAlgorithm.SHA256)
_REFUSED = Refused("message_refused", "This is no message that a kit of this server has signed for it.")

FindKey = Callable[[str, UUID], bytes | None]
"""The message key under a `kid` for an installation; None where there is no such secret."""


@dataclass(frozen=True)
class Message:
    """The claims of a message whose signature held. sent_at: by the PC's clock. key: the one it was signed with."""

    installation_id: UUID
    jti: str
    sent_at: datetime
    reports: list[Any]
    key: bytes


class _Claims(Struct, frozen=True):
    """Every claim is required; unknown ones are ignored."""

    iss: str
    aud: str
    sub: UUID
    jti: Annotated[str, Meta(min_length=1, max_length=255)]
    iat: Annotated[int, Meta(ge=0, lt=253_402_300_800)]
    # As in a check-in; a NumericDate, the form of other times in signed things, is taken too.
    sent_at: Moment | int | float
    reports: Annotated[list[Any], Meta(max_length=MAX_REPORTS)]


def read(text: str, *, issuer: str, find_key: FindKey) -> Message:
    """The message in a compact text. Raises Refused, Invalid."""
    match = _COMPACT.fullmatch(text)
    if match is None:
        raise _REFUSED
    header, payload, signature = (_decode(part) for part in match.groups())
    kid = _kid(_object(header))
    claims = _object(_expand(payload))
    installation_id = _uuid(claims.get("sub"))
    key = find_key(kid, installation_id)
    if key is None or not _HS256.verify(text[: match.end(2)].encode(), key, signature):
        raise _REFUSED
    said = _typed(claims)
    for name, value in (("iss", said.iss), ("aud", said.aud)):
        if value != issuer:
            raise _invalid(name, f"is not {issuer}")
    return Message(said.sub, said.jti, _moment(said.sent_at), said.reports, key)


def _kid(header: dict[str, Any]) -> str:
    kid = header.get("kid")
    fixed = {"typ": TYP, "alg": "HS256", "zip": "DEF"}
    if any(header.get(name) != value for name, value in fixed.items()) or not isinstance(kid, str):
        raise _REFUSED
    if "crit" in header or "b64" in header:
        raise _REFUSED
    return kid


def _expand(payload: bytes) -> bytes:
    expander = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        expanded = expander.decompress(payload, MAX_EXPANDED + 1)
    except zlib.error:
        raise _REFUSED from None
    if len(expanded) > MAX_EXPANDED:
        raise Invalid("message_invalid", f"The message expands beyond {MAX_EXPANDED} bytes.")
    if not expander.eof or expander.unused_data:
        raise _REFUSED
    return expanded


def _typed(claims: dict[str, Any]) -> _Claims:
    try:
        said = msgspec.convert(claims, _Claims)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        named = re.search(r"field `([^`]{1,40})`", message)
        raise _invalid(path.rstrip("`") or (named[1] if named else "claims"), message) from None
    except UnicodeEncodeError:
        raise _invalid("claims", "hold a lone surrogate") from None
    if not is_storable(said.jti):
        raise _invalid("jti", "holds a NUL or a lone surrogate")
    return said


def _moment(sent_at: float | datetime) -> datetime:
    if isinstance(sent_at, datetime):
        return dates.to_utc(sent_at)
    try:
        return dates.to_utc(datetime.fromtimestamp(sent_at, UTC))
    except (ValueError, OverflowError, OSError):
        raise _invalid("sent_at", "is not a date") from None


def _invalid(field: str, detail: str) -> Invalid:
    return Invalid("message_invalid", f"{field}: {detail}", {field: detail})


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json_text.decode(data)
    except Malformed:
        raise _REFUSED from None
    if not isinstance(value, dict):
        raise _REFUSED
    return value


def _uuid(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise _REFUSED from None


def _decode(part: str) -> bytes:
    try:
        data = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise _REFUSED from None
    if urlsafe_b64encode(data).rstrip(b"=") != part.encode():
        raise _REFUSED
    return data
