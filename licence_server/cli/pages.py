"""A listing of the command line is the whole list: page after page of the service's."""

from collections.abc import Callable
from typing import TypeVar

from licence_server.services.paging import Page

Row = TypeVar("Row")

LIMIT = 500


def every(fetch: Callable[[str | None], Page[Row]]) -> list[Row]:
    """All rows. fetch: the page behind a cursor."""
    page = fetch(None)
    rows = list(page.items)
    while page.next_cursor is not None:
        page = fetch(page.next_cursor)
        rows.extend(page.items)
    return rows
