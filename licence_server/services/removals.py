"""What retention removes of reports: find what is due, and remove a batch of it in one transaction.

Rows go with `DELETE … RETURNING`, so what is tallied and hashed is exactly what is removed.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, tuple_
from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.domain.tally import Tally
from licence_server.models import CarriedMessage, Installation, RejectedReport, UsageReport
from licence_server.services import audit, removed_reports, sealed_totals, settings, usage_rows
from licence_server.services.runtime import Runtime
from licence_server.services.sealed_totals import Sealing
from licence_server.services.usage_totals import Owner


@dataclass(frozen=True)
class Limit:
    """What was received before this day, and so before this moment, is due."""

    day: date
    moment: datetime


@dataclass(frozen=True)
class Act:
    """Who removes, and when."""

    runtime: Runtime
    now: datetime
    actor: str

    @property
    def today(self) -> date:
        return dates.day_of(self.now, self.runtime.timezone)


def limit(runtime: Runtime, session: Session, now: datetime, *, lock: bool = False) -> Limit | None:
    """What the period set says now; None where everything is kept."""
    days = settings.read_days(session, lock=lock)
    return limit_of(runtime, days, now) if days is not None else None


def limit_of(runtime: Runtime, days: int, now: datetime) -> Limit:
    """What a period says at a moment."""
    day = dates.day_of(now, runtime.timezone) - timedelta(days=days)
    return Limit(day, dates.start_of(day, runtime.timezone))


def reports_due(due: Limit) -> ColumnElement[bool]:
    """Accepted reports that are due."""
    return UsageReport.received_day < due.day


def rejections_due(due: Limit) -> ColumnElement[bool]:
    """Rejected ones."""
    return RejectedReport.received_day < due.day


def messages_due(due: Limit) -> ColumnElement[bool]:
    """Receipts of carried messages."""
    return CarriedMessage.received_at < due.moment


def remove_reports(act: Act, ids: Sequence[UUID], session: Session) -> int:
    """Seal the totals of accepted reports and remove them. Returns how many."""
    due = limit(act.runtime, session, act.now, lock=True)
    if due is None:
        return 0
    rows = session.execute(
        delete(UsageReport)
        .where(UsageReport.id.in_(ids), reports_due(due))
        .returning(*UsageReport.__table__.columns)
        .execution_options(synchronize_session=False)
    ).all()
    if not rows:
        return 0
    tallies: dict[Owner, Tally] = defaultdict(Tally)
    for row in rows:
        usage_rows.recount(tallies[row.organisation_id, row.kit_id], row)
    removed = removed_reports.hashes_of_reports(act.runtime, rows)
    first_days = sealed_totals.first_days(session, rows)
    sealing = Sealing(tallies, first_days, reports=len(rows), rejected=0, removed=removed)
    sealed_totals.seal(act.runtime, session, sealing, now=act.now, actor=act.actor)
    return len(rows)


def remove_rejections(act: Act, keys: Sequence[tuple[UUID, bytes]], session: Session) -> int:
    """The same for rejected reports."""
    due = limit(act.runtime, session, act.now, lock=True)
    if due is None:
        return 0
    # As a sync does: it may be judging one of these afresh just now, and moving its count.
    installations = sorted({installation_id for installation_id, _ in keys}, key=str)
    session.execute(
        select(Installation.id).where(Installation.id.in_(installations)).order_by(Installation.id).with_for_update()
    ).all()
    rows = session.execute(
        delete(RejectedReport)
        .where(tuple_(RejectedReport.installation_id, RejectedReport.identity).in_(keys), rejections_due(due))
        .returning(
            RejectedReport.installation_id,
            RejectedReport.identity,
            RejectedReport.organisation_id,
            RejectedReport.kit_id,
            RejectedReport.received_day,
        )
        .execution_options(synchronize_session=False)
    ).all()
    if not rows:
        return 0
    tallies: dict[Owner, Tally] = defaultdict(Tally)
    for row in rows:
        tallies[row.organisation_id, row.kit_id].receipts[row.received_day, "rejected"] += 1
    removed = removed_reports.hashes_of_rejections(act.runtime, rows)
    sealing = Sealing(tallies, {}, reports=0, rejected=len(rows), removed=removed)
    sealed_totals.seal(act.runtime, session, sealing, now=act.now, actor=act.actor)
    return len(rows)


def remove_messages(act: Act, keys: Sequence[tuple[UUID, str]], session: Session) -> int:
    """Remove receipts of carried messages: they name the ids of reports. Returns how many."""
    due = limit(act.runtime, session, act.now, lock=True)
    if due is None:
        return 0
    done: Any = session.execute(
        delete(CarriedMessage)
        .where(tuple_(CarriedMessage.installation_id, CarriedMessage.jti).in_(keys), messages_due(due))
        .execution_options(synchronize_session=False)
    )
    count = int(done.rowcount)
    if count:
        note(act, session, "messages_removed", {"messages": count})
    return count


def note(act: Act, session: Session, action: str, after: dict[str, Any]) -> None:
    """The audit entry of a batch that seals nothing."""
    audit.record(act.runtime, session, now=act.now, actor=act.actor, action=action, subject="retention", after=after)
