"""The kinds of value that the team's endpoints take and give; each describes itself in OpenAPI.

* Nothing is guessed: "1" is no number, true is no number, 1 is no text. (1.0 is 1: JSON has one kind of
  number.)
* No text holds a NUL or a lone surrogate, which no database keeps. A line holds no control character at
  all; white space around it does not count.
* Days are written 2026-03-31; moments are UTC and end in Z.
"""

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from licence_server.domain import dates, identifiers
from licence_server.domain.organisation import EMAIL
from licence_server.domain.text import NOT_ONE_LINE, is_one_line
from licence_server.domain.usage_report import is_storable

_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"
_LINE = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"
_TEXT = r"^[^\x00]*$"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Text(fields.String):
    """Free text of some lines. longest: in characters."""

    def __init__(self, longest: int, *, pattern: str = _TEXT, shortest: int = 0, **options: Any) -> None:
        metadata = {"pattern": pattern, **options.pop("metadata", {})}
        length = validate.Length(shortest, longest, error=f"must have {shortest} to {longest} characters")
        super().__init__(metadata=metadata, validate=length, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not is_storable(text):
            raise ValidationError("holds a NUL or a lone surrogate")
        return text


class Line(Text):
    """One line of text, trimmed."""

    def __init__(self, longest: int, **options: Any) -> None:
        super().__init__(longest, pattern=options.pop("pattern", _LINE), shortest=1, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not is_one_line(text):
            raise ValidationError(NOT_ONE_LINE)
        return text.strip()


class Email(Line):
    """One address of the shape local@domain."""

    def __init__(self, **options: Any) -> None:
        super().__init__(254, pattern=f"^{EMAIL}$", metadata={"example": "safety@baker.example"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if re.fullmatch(EMAIL, text) is None:
            raise ValidationError("is not an e-mail address")
        return text


class Slug(fields.String):
    """The id of a kit or an item."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"pattern": f"^{identifiers.SLUG}$", **options.pop("metadata", {})}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not identifiers.is_slug(text):
            raise ValidationError(
                "must be 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or digit",
            )
        return text


class Identifier(fields.UUID):
    """A UUID in its usual spelling."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        if not isinstance(value, str) or _UUID.fullmatch(value) is None:
            raise ValidationError("is not a UUID")
        return UUID(value)


class Whole(fields.Integer):
    """A whole number between two bounds; typed: from a query string, where all is text."""

    def __init__(self, low: int, high: int, *, typed: bool = False, **options: Any) -> None:
        bounds = validate.Range(low, high, error=f"must lie between {low} and {high}")
        super().__init__(validate=bounds, **options)
        self._typed = typed

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if self._typed and isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise ValidationError("is not a whole number")


class Flag(fields.Boolean):
    """true or false, as a query string writes them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value not in ("true", "false"):
            raise ValidationError("is not true or false")
        return bool(value == "true")


class Day(fields.Date):
    """A calendar day."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or _DAY.fullmatch(value) is None:
            raise ValidationError("is not a day written YYYY-MM-DD")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValidationError("is no day of the calendar") from None


class Moment(fields.DateTime):
    """A moment in UTC; given, never taken."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return written(value)


def written(moment: datetime | None) -> str | None:
    """A moment as the API writes it."""
    return None if moment is None else dates.written(moment)
