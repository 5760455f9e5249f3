"""From a figure to the rows behind it: addresses for the facts and tables of a report."""

from datetime import date
from typing import Any

from flask import url_for

from licence_server.console.written import day
from licence_server.domain.committee_report import Row, Table


class Links:
    """Where the figures of one kit (None: of all) and period (ISO 8601; None: open) lead.

    What opens holds exactly the rows that a figure counts, and says their number: see services/counted_rows.py.
    """

    def __init__(self, kit: str | None, first: str | None, last: str | None) -> None:
        self._first, self._last = (date.fromisoformat(text) if text is not None else None for text in (first, last))
        self._period: dict[str, Any] = {"kit": kit, "since": _typed(self._first), "until": _typed(self._last)}
        rows = self._rows(reporting="yes")
        feedback = url_for("console.feedback", **self._period)
        self._facts = {
            "attendances": rows,
            "sessions": rows,
            "reporting": rows,
            "lower": rows,
            "activated": self._counted("organisations", "activated"),
            "granted": self._counted("organisations", "granted"),
            "feedback": feedback,
            "mean_rating": feedback,
            "installations": self._counted("installations", "activated"),
            "heard": self._counted("installations", "reporting"),
            "silent": self._counted("installations", "silent"),
            "declined": self._counted("installations", "declined"),
            "missing": self._counted("installations", "missing"),
        }

    def fact(self, key: str) -> str | None:
        """The rows behind a fact; None where it is not made of rows."""
        return self._facts.get(key)

    def row(self, table: Table, row: Row) -> str | None:
        """The rows behind a line of a table."""
        if row is table.total:
            return self._rows()
        if table.by is not None:
            first = table.by.parse(row.key)
            return self._days(first, table.by.last_day(first))
        if table.key in ("sectors", "sectors_by_month", "sectors_by_week", "items_by_sector"):
            return self._rows(sector=row.key)
        if table.key == "items":
            kit_id, _, item_id = row.key.partition("/")
            return self._rows(kit=kit_id, item=item_id)
        return None

    def _days(self, first: date, last: date) -> str:
        """As much of some days as lies within the period."""
        since, until = max(first, self._first or first), min(last, self._last or last)
        return self._rows(since=_typed(since), until=_typed(until))

    def _counted(self, view: str, figure: str) -> str:
        return url_for(f"console.{view}", counted=figure, **self._period)

    def _rows(self, **narrower: Any) -> str:
        return url_for("console.figure_rows", **{**self._period, **narrower})


def _typed(value: date | None) -> str | None:
    """A day as the fields of our filters take it."""
    return day(value) if value is not None else None
