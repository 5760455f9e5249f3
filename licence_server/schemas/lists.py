"""What all lists share: how they are asked, and the envelope they answer in."""

from collections.abc import Iterable
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from licence_server.schemas.fields import Text, Whole

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class Asked(Schema):
    """What a client sends. An unknown field is an error that names it."""

    class Meta:
        unknown = RAISE


class Answered(Schema):
    """What a client gets; it may get more one day."""

    class Meta:
        unknown = "exclude"


class NoQuery(Asked):
    """No query parameter is known."""


class ListQuery(Asked):
    """Every list takes these two."""

    limit = Whole(
        1, MAX_LIMIT, typed=True, load_default=DEFAULT_LIMIT, metadata={"description": "How many items at most."}
    )
    cursor = Text(
        2000,
        shortest=1,
        load_default=None,
        metadata={"description": "`next_cursor` of the page before, with the same filters and sort."},
    )


def sorted_by(columns: Iterable[str], default: str) -> fields.String:
    """The parameter `sort`: a column, with a leading minus for the other direction."""
    choices = [sign + column for column in columns for sign in ("", "-")]
    known = validate.OneOf(choices, error=f"must be one of {', '.join(choices)}")
    return fields.String(
        load_default=default, validate=known, metadata={"description": "A leading minus sorts the other way round."}
    )


def page_of(item: type[Schema], **more: fields.Field[Any]) -> type[Schema]:
    """The envelope of a list of one kind of item."""
    return type(
        f"{item.__name__}List",
        (Answered,),
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.String(
                required=True, allow_none=True, metadata={"description": "null on the last page"}
            ),
            **more,
        },
    )
