"""The shape of a usage report, and what makes two of them the same.

* The one definition of a report: these structs validate the wire format and describe it in OpenAPI.
* An unknown, missing or wrong field makes the report `invalid`, and the field is named.
* `id` decides identity for ever; it is a UUID in any spelling, so the spelling is not content.
* Two reports have the same content if they are equal as JSON values: the order of keys, white space and
  `14.0` for `14` do not count (RFC 8259 knows only numbers).
* In `individual` mode `attendee_count` is 1; `learner` belongs to that mode alone.
* Text carries no NUL and no lone surrogate: no database keeps them.
"""

import re
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

MAX_SEQ = 2**31 - 1

_SORTED = msgspec.json.Encoder(order="sorted").encode
_NUL = rb"\u0000"
"""As JSON writes it, and who spells these six characters out in a text: so it is looked for again, in the text."""

Seq = Annotated[int, Meta(ge=1, le=MAX_SEQ)]
Moment = Annotated[datetime, Meta(tz=True)]
Seconds = Annotated[int, Meta(ge=0, le=86_400)]
ItemId = Annotated[str, Meta(min_length=1, max_length=64)]


class ItemUse(Struct, forbid_unknown_fields=True, frozen=True):
    """What was seen of one item in a session. seconds: time it played."""

    item: ItemId
    seconds: Seconds
    completed: bool


class Session(Struct, forbid_unknown_fields=True, frozen=True, tag_field="type", tag="session"):
    """One sitting in which the kit was used."""

    id: UUID
    seq: Seq
    mode: Literal["workshop", "individual"]
    started_at: Moment
    duration_seconds: Seconds
    attendee_count: Annotated[int, Meta(ge=1, le=5000)]
    items: Annotated[tuple[ItemUse, ...], Meta(max_length=100)] = ()
    # The look-ahead: to Python, unlike to OpenAPI, `$` also matches before a line break that ends the text.
    learner: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{16,64}$(?!\n)")] | None = None

    @property
    def happened_at(self) -> datetime:
        return self.started_at

    @property
    def item_ids(self) -> set[str]:
        return {use.item for use in self.items}


class Feedback(Struct, forbid_unknown_fields=True, frozen=True, tag_field="type", tag="feedback"):
    """An opinion on the kit (item null) or on one of its items."""

    id: UUID
    seq: Seq
    given_at: Moment
    rating: Annotated[int, Meta(ge=1, le=5)]
    item: ItemId | None = None
    comment: Annotated[str, Meta(max_length=2000)] | None = None

    @property
    def happened_at(self) -> datetime:
        return self.given_at

    @property
    def item_ids(self) -> set[str]:
        return {self.item} if self.item is not None else set()


Report = Session | Feedback


class InvalidReport(Exception):
    """A report that is not of the shape. field: which part; detail: what is wrong with it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail


def read(raw: Any) -> tuple[Report, bytes]:
    """The report in a decoded JSON value, and the 32-byte hash of its content.

    Raises InvalidReport.
    """
    try:
        report = _shaped(raw)
    except msgspec.ValidationError as error:
        if not isinstance(raw, dict) or "got `float`" not in str(error):
            raise _named(error) from error
        raw = _whole_numbers(raw)
        try:
            report = _shaped(raw)
        except msgspec.ValidationError as again:
            raise _named(again) from again
    return report, content_hash(report, raw)


def content_hash(report: Report, raw: dict[str, Any]) -> bytes:
    """The 32-byte hash of the content of a report of the shape. raw: as it was sent. Raises InvalidReport."""
    if isinstance(report, Session):
        if report.mode == "individual" and report.attendee_count != 1:
            raise InvalidReport("attendee_count", "is 1 in individual mode")
        if report.mode == "workshop" and "learner" in raw:
            raise InvalidReport("learner", "belongs to individual mode alone")
    content = raw.copy()
    del content["id"]
    try:
        text = _SORTED(content)
    except UnicodeEncodeError:
        _require_storable_texts(report)
        raise
    if _NUL in text:
        _require_storable_texts(report)
    return sha256(text).digest()


def _shaped(raw: Any) -> Report:
    try:
        report: Report = msgspec.convert(raw, Report)
    except UnicodeEncodeError as error:
        # A lone surrogate where msgspec looks a text up: the name of a field, the type.
        raise InvalidReport("report", "holds a lone surrogate") from error
    return report


def _require_storable_texts(report: Report) -> None:
    if isinstance(report, Session):
        _require_storable("items", "".join([use.item for use in report.items]))
    else:
        _require_storable("comment", report.comment or "")
        _require_storable("item", report.item or "")


def _require_storable(field: str, text: str) -> None:
    if not is_storable(text):
        raise InvalidReport(field, "holds a NUL or a lone surrogate")


def is_storable(text: str) -> bool:
    """Whether a database can keep the text."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


def _named(error: msgspec.ValidationError) -> InvalidReport:
    """msgspec's message, split into the field and what is wrong with it."""
    message, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    named = re.search(r"field `([^`]{1,80})`", message)
    if named:
        field = f"{field}.{named[1]}" if field else named[1]
    return InvalidReport(field or "report", _printable(message))


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "�")[:300]


def _whole_numbers(raw: dict[str, Any]) -> dict[str, Any]:
    """The report with `14.0` written as `14`, in it and in its items."""
    report = {name: _whole(value) for name, value in raw.items()}
    if isinstance(report.get("items"), list):
        report["items"] = [
            {name: _whole(value) for name, value in use.items()} if isinstance(use, dict) else use
            for use in report["items"]
        ]
    return report


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
