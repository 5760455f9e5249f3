"""Claims of the signed things: each is required, and has its type.

* A NumericDate is a whole number of seconds (RFC 7519, section 2) of the years 1970 to 9999; true, 1.5 and
  "1" are none.
* Text is a string that is not empty.
"""

from typing import Any

from client_sdk.errors import NotTrusted

_YEAR_10000 = 253_402_300_800


def text(claims: dict[str, Any], name: str) -> str:
    """A required string. Raises NotTrusted."""
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise NotTrusted(f"{name} is missing or not text")
    return value


def fixed(claims: dict[str, Any], name: str, expected: str) -> None:
    """A required string that has one right value. Raises NotTrusted."""
    if text(claims, name) != expected:
        raise NotTrusted(f"{name} is not {expected}")


def moment(claims: dict[str, Any], name: str) -> int:
    """A required NumericDate. Raises NotTrusted."""
    value = whole(claims, name)
    if not 0 <= value < _YEAR_10000:
        raise NotTrusted(f"{name} is not a date")
    return value


def whole(claims: dict[str, Any], name: str) -> int:
    """A required whole number. Raises NotTrusted."""
    value = claims.get(name)
    if type(value) is not int:
        raise NotTrusted(f"{name} is missing or not a whole number")
    return value


def members(claims: dict[str, Any], name: str) -> dict[str, Any]:
    """A required object. Raises NotTrusted."""
    value = claims.get(name)
    if not isinstance(value, dict):
        raise NotTrusted(f"{name} is missing or not an object")
    return value


def texts(claims: dict[str, Any], name: str) -> tuple[str, ...]:
    """A required array of strings. Raises NotTrusted."""
    value = claims.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise NotTrusted(f"{name} is missing or not a list of texts")
    return tuple(value)
