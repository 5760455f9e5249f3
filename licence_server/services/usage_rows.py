"""What the database keeps of a report, and what an accepted one adds to the totals."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from licence_server.domain import dates, usage_report
from licence_server.domain.counted_time import CountedTime
from licence_server.domain.examined_report import Examined
from licence_server.domain.tally import Tally
from licence_server.domain.usage_report import ItemUse, Report
from licence_server.models import UsageReport
from licence_server.services import row_sets
from licence_server.services.row_sets import Names
from licence_server.services.runtime import Runtime

_TABLE: Any = UsageReport.__table__


class Reporter(Protocol):
    """An installation that sends reports; what they change of it is set here, and its keeper writes it down."""

    @property
    def id(self) -> UUID: ...
    @property
    def organisation_id(self) -> UUID: ...
    @property
    def kit_id(self) -> str: ...
    @property
    def activated_at(self) -> datetime: ...

    copied_at: datetime | None
    received_numbers: str
    missing_reports: int


# Columns that a kind of report does not have are left out: SQLite's driver takes longer for a None than for a text.
_OWN = ("id", "seq", "content_hash", "happened_at", "counted_at", "day", "mode")
OF_SESSION: Names = (*_OWN, "duration_seconds", "attendee_count", "items")
OF_FEEDBACK: Names = (*_OWN, "rating", "item_id", "comment")
"""What the row of a report does not share with its batch, a learner apart."""
OF_LEARNER: Names = ("learner_hash",)
"""What a session may have beside that. Known once the kit is, since each has another hash."""


def own_values(
    report: Report, content_hash: bytes, happened_at: datetime, counted_at: datetime, day: date
) -> tuple[Any, ...]:
    """The values of `OF_SESSION` or `OF_FEEDBACK`. happened_at: the report's own time, in UTC."""
    head = (report.id, report.seq, content_hash, happened_at, counted_at, day)
    if isinstance(report, usage_report.Session):
        items = msgspec.json.encode(report.items).decode()
        return (*head, report.mode, report.duration_seconds, report.attendee_count, items)
    return (*head, "feedback", report.rating, report.item, report.comment)


def converted(runtime: Runtime, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Rows of the columns of these names of raw reports, as the database takes them."""
    return row_sets.converted(runtime.database.engine.dialect, _TABLE, names, rows)


def shared_columns(
    runtime: Runtime, reporter: Reporter, sent_at: datetime, received_at: datetime, kit_id: str | None = None
) -> dict[str, Any]:
    """What the rows of a batch say alike. kit_id: where it is about another kit than the installation runs now."""
    return {
        "installation_id": reporter.id,
        "organisation_id": reporter.organisation_id,
        "kit_id": kit_id or reporter.kit_id,
        "sent_at": sent_at,
        "received_at": received_at,
        "received_day": dates.day_of(received_at, runtime.timezone),
    }


def report_row(
    runtime: Runtime, report: Report, content_hash: bytes, shared: dict[str, Any], counted: CountedTime
) -> dict[str, Any]:
    """The row of an accepted report. shared: what it shares with its batch."""
    happened_at, counted_at = dates.to_utc(report.happened_at), counted.counted_at
    day = dates.day_of(counted_at, runtime.timezone)
    names, values = OF_FEEDBACK, own_values(report, content_hash, happened_at, counted_at, day)
    if isinstance(report, usage_report.Session):
        learner_hash = hash_learner(runtime, shared["kit_id"], report.learner)
        names, values = (*OF_SESSION, *OF_LEARNER), (*values, learner_hash)
    own = dict(zip(names, values, strict=True))
    return {**own, **shared, "dated_on_receipt": counted.dated_on_receipt}


def rejection_row(sent: Examined, shared: dict[str, Any], code: str, *, carried: bool) -> dict[str, Any]:
    """The row of a rejected report. One that names an unknown item is kept whole: it may be readmitted."""
    return {
        **shared,
        "identity": sent.identity,
        "report_id": sent.id,
        "seq": sent.seq,
        "code": code,
        "carried": carried,
        "report": msgspec.json.encode(sent.raw).decode() if code == "item_unknown" else None,
    }


def count(tally: Tally, first_days: dict[bytes, date], report: Report, row: dict[str, Any]) -> None:
    """Count an accepted report on its day, its receipt on the day it came."""
    tally.add_reports([(report, row["day"])])
    tally.receipts[row["received_day"], "accepted"] += 1
    tally.receipts[row["received_day"], "dated_on_receipt"] += row["dated_on_receipt"]
    note_learner(first_days, row.get("learner_hash"), row["day"])


def hash_learner(runtime: Runtime, kit_id: str, learner: str | None) -> bytes | None:
    """What is kept of a learner; None where a report names none."""
    return None if learner is None else runtime.secret_keys.hash_learner(kit_id, learner)


def note_learner(first_days: dict[bytes, date], learner_hash: bytes | None, day: date) -> None:
    """Note the first day of a learner, if there is one."""
    if learner_hash is not None:
        first_days[learner_hash] = min(day, first_days.get(learner_hash, day))


def recount(tally: Tally, row: Any) -> None:
    """Count a raw report that is in the database, learners apart: these are counted by their own table."""
    tally.receipts[row.received_day, "accepted"] += 1
    tally.receipts[row.received_day, "dated_on_receipt"] += row.dated_on_receipt
    if row.mode == "feedback":
        tally.add_feedback(row.rating or 0, row.day)
    else:
        uses = [ItemUse(**use) for use in json.loads(row.items or "[]")]
        tally.add_session(row.mode, row.duration_seconds or 0, row.attendee_count or 0, uses, row.day)
