"""Many values, so many at a time as one query can name."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

Member = TypeVar("Member")

CHUNK = 500


def chunks(members: Sequence[Member]) -> Iterator[Sequence[Member]]:
    """The members, so many at a time as a query can name."""
    for start in range(0, len(members), CHUNK):
        yield members[start : start + CHUNK]


def rows_by(session: Session, query: Select[*tuple[Any, ...]], column: Any, values: Sequence[Any]) -> list[Any]:
    """The rows of a query whose column is one of many values."""
    return [row for chunk in chunks(values) for row in session.execute(query.where(column.in_(chunk)))]
