"""From a figure to the rows behind it: addresses for the facts and tables of a report."""

from datetime import date
from typing import Any

from flask import url_for

from licence_server.console.written import day
from licence_server.domain.committee_report import Row, Table
from licence_server.domain.months import last_day, parse

WITHOUT_SECTOR = "-"
"""In an address, the organisations whose sector was not given."""


class Links:
    """Where the figures of one kit (None: of all) and period (ISO 8601; None: open) lead."""

    def __init__(self, kit: str | None, first: str | None, last: str | None) -> None:
        self._period: dict[str, Any] = {"kit": kit, "since": _typed(first), "until": _typed(last)}
        rows = self._rows()
        feedback = url_for("console.feedback", **self._period)
        installations = url_for("console.installations")
        self._facts = {
            "attendances": rows,
            "sessions": rows,
            "reporting": rows,
            "lower": rows,
            "activated": installations,
            "granted": url_for("console.organisations"),
            "feedback": feedback,
            "mean_rating": feedback,
            "installations": installations,
            "heard": url_for("console.installations", state="in_use"),
            "silent": url_for("console.installations", state="silent"),
            "declined": url_for("console.installations", state="declined"),
            "missing": installations,
        }

    def fact(self, key: str) -> str | None:
        """The rows behind a fact; None where it is not made of rows."""
        return self._facts.get(key)

    def row(self, table: Table, row: Row) -> str | None:
        """The rows behind a line of a table."""
        if row is table.total:
            return self._rows()
        if table.key == "months":
            month = parse(row.key)
            return self._rows(since=_typed(month.isoformat()), until=_typed(last_day(month).isoformat()))
        if table.key in ("sectors", "sectors_by_month"):
            return self._rows(sector=row.key or WITHOUT_SECTOR)
        return None

    def _rows(self, **narrower: Any) -> str:
        return url_for("console.figure_rows", **{**self._period, **narrower})


def _typed(iso: str | None) -> str | None:
    """A day as the fields of our filters take it."""
    return day(date.fromisoformat(iso)) if iso is not None else None
