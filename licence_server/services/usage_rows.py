"""What the database keeps of a report, and what an accepted one adds to the totals."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from licence_server.domain import dates, usage_report
from licence_server.domain.counted_time import CountedTime
from licence_server.domain.tally import Tally
from licence_server.domain.usage_report import Examined, ItemUse, Report
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
    """reports: each looked at by itself. shift: what the PC's clock was wrong by. carried: by hand, in a message."""

    reports: list[Examined]
    sent_at: datetime
    received_at: datetime
    shift: timedelta
    carried: bool = False


def report_row(
    runtime: Runtime,
    installation: Reporter,
    report: Report,
    content_hash: bytes,
    counted: CountedTime,
    batch: Batch,
    kit_id: str | None = None,
) -> dict[str, Any]:
    """The row of an accepted report. kit_id: where it is about another kit than the installation runs now."""
    kit_id = kit_id or installation.kit_id
    row: dict[str, Any] = {
        "id": report.id,
        "installation_id": installation.id,
        "organisation_id": installation.organisation_id,
        "kit_id": kit_id,
        "seq": report.seq,
        "content_hash": content_hash,
        "happened_at": dates.to_utc(report.happened_at),
        "sent_at": batch.sent_at,
        "received_at": batch.received_at,
        "counted_at": counted.counted_at,
        "day": dates.day_of(counted.counted_at, runtime.timezone),
        "received_day": dates.day_of(batch.received_at, runtime.timezone),
        "dated_on_receipt": counted.dated_on_receipt,
        "mode": "feedback",
        "duration_seconds": None,
        "attendee_count": None,
        "learner_hash": None,
        "items": None,
        "rating": None,
        "item_id": None,
        "comment": None,
    }
    if isinstance(report, usage_report.Session):
        row |= {
            "mode": report.mode,
            "duration_seconds": report.duration_seconds,
            "attendee_count": report.attendee_count,
            "items": msgspec.json.encode(report.items).decode(),
        }
        if report.learner is not None:
            row["learner_hash"] = runtime.secret_keys.hash_learner(kit_id, report.learner)
    else:
        row |= {"rating": report.rating, "item_id": report.item, "comment": report.comment}
    return row


def rejection_row(reporter: Reporter, sent: Examined, code: str, batch: Batch, received_day: date) -> dict[str, Any]:
    """The row of a rejected report. One that names an unknown item is kept whole: it may be readmitted."""
    return {
        "installation_id": reporter.id,
        "identity": sent.identity,
        "organisation_id": reporter.organisation_id,
        "kit_id": reporter.kit_id,
        "report_id": sent.id,
        "seq": sent.seq,
        "code": code,
        "sent_at": batch.sent_at,
        "received_at": batch.received_at,
        "received_day": received_day,
        "carried": batch.carried,
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
