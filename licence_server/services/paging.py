"""One page of a list, by keyset (sqlakeyset): cost does not grow with depth, nothing is skipped."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlakeyset import select_page
from sqlakeyset.serial import BadBookmark
from sqlalchemy import Select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from licence_server.domain.errors import Invalid

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """items, and where the next page and the one before begin (None at the end, and at the beginning)."""

    items: list[Row]
    next_cursor: str | None
    previous_cursor: str | None = None


def page(session: Session, query: Select[Any], limit: int, cursor: str | None) -> Page[Any]:
    """A page of a query whose order is unique. Raises Invalid for a cursor that is not one of ours."""
    try:
        rows = select_page(session, query, per_page=limit, page=cursor)
    except (BadBookmark, ValueError, TypeError, IndexError, KeyError, SQLAlchemyError) as error:
        if cursor is None or isinstance(error, OperationalError):
            raise
        raise Invalid(
            "cursor_invalid", "The cursor is not one that this list gave.", {"cursor": "is not valid"}
        ) from error
    items = [row[0] if len(row) == 1 else row for row in rows]
    paging = rows.paging
    return Page(
        items,
        paging.bookmark_next if paging.has_next else None,
        paging.bookmark_previous if paging.has_previous else None,
    )
