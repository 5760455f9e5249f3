"""Decoded JSON into a struct, with every wrong field named."""

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import fields

from licence_server.domain.errors import Invalid
from licence_server.domain.usage_report import is_storable

Shape = TypeVar("Shape", bound=Struct)


def load(raw: Any, shape: type[Shape]) -> Shape:
    """A struct from a decoded JSON value. Raises Invalid with an entry for each field that is wrong."""
    try:
        loaded = msgspec.convert(raw, shape)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        errors = dict(_errors(raw, shape, "")) or {"body": str(error)}
        raise Invalid("body_invalid", _sentence(errors), errors) from error
    unstorable = {path: "holds a NUL or a lone surrogate" for path, text in _texts(loaded, "") if not is_storable(text)}
    if unstorable:
        raise Invalid("body_invalid", _sentence(unstorable), unstorable)
    return loaded


def _errors(raw: Any, shape: type[Struct], prefix: str) -> Iterator[tuple[str, str]]:
    """What is wrong, field by field; msgspec itself stops at the first."""
    if not isinstance(raw, dict):
        yield prefix.rstrip(".") or "body", "must be an object"
        return
    known = {field.encode_name: field for field in fields(shape)}
    for name in raw:
        if name not in known:
            yield f"{prefix}{printable(name)}", "is not a known field"
    for name, field in known.items():
        if name not in raw:
            if field.required:
                yield f"{prefix}{name}", "is required"
        elif isinstance(field.type, type) and issubclass(field.type, Struct):
            yield from _errors(raw[name], field.type, f"{prefix}{name}.")
        else:
            try:
                msgspec.convert(raw[name], field.type)
            except msgspec.ValidationError as error:
                yield f"{prefix}{name}", printable(str(error).replace(" - at `$", " at `"))
            except UnicodeEncodeError:
                # msgspec itself raises it where it looks a text up: a choice, a moment, a UUID.
                yield f"{prefix}{name}", "holds a lone surrogate"


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Struct):
        for name, encode_name in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
            member = getattr(value, name)
            if member is not UNSET:
                yield from _texts(member, f"{path}.{encode_name}" if path else encode_name)


def _sentence(errors: dict[str, str]) -> str:
    return "; ".join(f"{field}: {text}" for field, text in list(errors.items())[:10])


def printable(text: str) -> str:
    """Foreign text, fit to be shown: at most 300 characters, what no encoding carries replaced."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")[:300]
