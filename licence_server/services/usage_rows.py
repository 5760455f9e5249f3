"""What the database keeps of a report, and what an accepted one adds to the totals."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from licence_server.domain import dates, usage_report
from licence_server.domain.counted_time import CountedTime, clock_shift
from licence_server.domain.tally import Tally
from licence_server.domain.usage_report import Examined, ItemUse, Report, examine
from licence_server.services.runtime import Runtime


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


@dataclass(frozen=True)
class Batch:
    """reports: each looked at by itself. columns: of each what its row says whoever sent it, nothing for one that is
    not of the shape. shift: what the PC's clock was wrong by. carried: by hand, in a message."""

    reports: list[Examined]
    columns: list[dict[str, Any]]
    sent_at: datetime
    received_at: datetime
    shift: timedelta
    carried: bool = False

    @classmethod
    def of(cls, values: Iterable[Any], sent_at: datetime, received_at: datetime, *, carried: bool = False) -> "Batch":
        """All that can be done for a batch of decoded JSON values without the database, and so before others wait."""
        reports = [examine(value) for value in values]
        columns = [own_columns(one.report, one.content_hash) if one.report else {} for one in reports]
        return cls(reports, columns, sent_at, received_at, clock_shift(sent_at, received_at, carried=carried), carried)


def own_columns(report: Report, content_hash: bytes) -> dict[str, Any]:
    """What the row of a report says whoever sent it, and whenever."""
    happened_at = dates.to_utc(report.happened_at)
    if isinstance(report, usage_report.Session):
        return {
            "id": report.id,
            "seq": report.seq,
            "content_hash": content_hash,
            "happened_at": happened_at,
            "mode": report.mode,
            "duration_seconds": report.duration_seconds,
            "attendee_count": report.attendee_count,
            "items": msgspec.json.encode(report.items).decode(),
            "rating": None,
            "item_id": None,
            "comment": None,
        }
    return {
        "id": report.id,
        "seq": report.seq,
        "content_hash": content_hash,
        "happened_at": happened_at,
        "mode": "feedback",
        "duration_seconds": None,
        "attendee_count": None,
        "items": None,
        "rating": report.rating,
        "item_id": report.item,
        "comment": report.comment,
    }


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
    runtime: Runtime, report: Report, own: dict[str, Any], shared: dict[str, Any], counted: CountedTime
) -> dict[str, Any]:
    """The row of an accepted report, of its own columns and those it shares with its batch."""
    learner = report.learner if isinstance(report, usage_report.Session) else None
    return {
        **own,
        **shared,
        "counted_at": counted.counted_at,
        "day": dates.day_of(counted.counted_at, runtime.timezone),
        "dated_on_receipt": counted.dated_on_receipt,
        "learner_hash": None if learner is None else runtime.secret_keys.hash_learner(shared["kit_id"], learner),
    }


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
    tally.add_report(report, row["day"])
    tally.receipts[row["received_day"], "accepted"] += 1
    tally.receipts[row["received_day"], "dated_on_receipt"] += row["dated_on_receipt"]
    learner_hash = row["learner_hash"]
    if learner_hash is not None:
        first_days[learner_hash] = min(row["day"], first_days.get(learner_hash, row["day"]))


def recount(tally: Tally, row: Any) -> None:
    """Count a raw report that is in the database, learners apart: these are counted by their own table."""
    tally.receipts[row.received_day, "accepted"] += 1
    tally.receipts[row.received_day, "dated_on_receipt"] += row.dated_on_receipt
    if row.mode == "feedback":
        tally.add_feedback(row.rating or 0, row.day)
    else:
        uses = [ItemUse(**use) for use in json.loads(row.items or "[]")]
        tally.add_session(row.mode, row.duration_seconds or 0, row.attendee_count or 0, uses, row.day)
