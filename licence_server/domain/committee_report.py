"""The committee's report as one document: every rendering shows exactly these cells, in these words.

* `staff`: counted to the last one, for any days, for those who are signed in.
* `published`: in published form, for whole months that are over and for the whole trial.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from licence_server.domain.series import By

Cell = int | float | str | None
"""A number, or words in place of one; None where there is nothing to say."""


@dataclass(frozen=True)
class Fact:
    """One figure of the summary. note: what it is, and what it is not."""

    key: str
    title: str
    value: Cell
    note: str


@dataclass(frozen=True)
class Row:
    """key: the month (`2026-03`), the sector's name or the item's id; "" for the total and for no sector."""

    key: str
    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """columns: (key, title). charted: which column is drawn; None for none. also_charted: which others are, where there
    is room for them. total: the last row, not drawn.

    by: what its rows are, each a step in time; None where they are something else.
    """

    key: str
    title: str
    note: str
    heading: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    charted: str | None = None
    also_charted: tuple[str, ...] = ()
    by: By | None = None

    @property
    def all_rows(self) -> tuple[Row, ...]:
        return self.rows if self.total is None else (*self.rows, self.total)


@dataclass(frozen=True)
class Report:
    """first, last: ISO 8601 days; None where the period is open. method: (title, paragraph)."""

    form: str
    title: str
    period: str
    first: str | None
    last: str | None
    kit: str | None
    kit_name: str
    generated_at: str
    facts: tuple[Fact, ...]
    range: tuple[Fact, ...]
    coverage: tuple[Fact, ...]
    tables: tuple[Table, ...]
    method: tuple[tuple[str, str], ...] = field(default=())

    @property
    def by(self) -> By | None:
        """What its series over time counts by; None where it has none."""
        return next((table.by for table in self.tables if table.by is not None), None)

    def document(self) -> Mapping[str, Any]:
        """Plain values for JSON: the same members under the same names."""
        document = asdict(self)
        document["tables"] = [
            {
                "key": table.key,
                "title": table.title,
                "note": table.note,
                "columns": [{"key": key, "title": title} for key, title in table.columns],
                "rows": [_row(table, row) for row in table.rows],
                "total": _row(table, table.total) if table.total is not None else None,
            }
            for table in self.tables
        ]
        document["method"] = [{"title": title, "text": text} for title, text in self.method]
        document["period"] = {"title": self.period, "from": self.first, "to": self.last}
        for name in ("first", "last"):
            del document[name]
        return document


def _row(table: Table, row: Row) -> dict[str, Any]:
    keys = (key for key, _ in table.columns)
    return {"key": row.key, "title": row.title, "cells": dict(zip(keys, row.cells, strict=True))}
