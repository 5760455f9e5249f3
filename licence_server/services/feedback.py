"""Feedback: list what people said, and take a comment away that says too much.

* Comments live in the raw reports alone, and go with them when retention removes these.
* A redacted comment is gone from the database and from later backups. The hash of the report's content
  stays as it was, so the same report sent again is a duplicate and does not bring the comment back.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select, update
from sqlalchemy.orm import Session

from licence_server.domain.errors import Conflict, not_found
from licence_server.domain.period import ALL_TIME, Period
from licence_server.models import Organisation, RejectedReport, UsageReport
from licence_server.services import audit
from licence_server.services.paging import Page, page
from licence_server.services.period_rows import days_within
from licence_server.services.runtime import Runtime

# Written out, since SQLite uses a partial index only where it can read the condition.
IS_FEEDBACK = UsageReport.mode == literal_column("'feedback'")


@dataclass(frozen=True)
class Feedback:
    """One opinion. id: of the report. item_id: None for the kit as a whole. day: when it was given.
    redacted_at: when its comment was taken away."""

    id: UUID
    organisation_id: UUID
    organisation: str
    kit_id: str
    item_id: str | None
    rating: int
    comment: str | None
    day: date
    received_day: date
    redacted_at: datetime | None


@dataclass(frozen=True)
class FeedbackFilter:
    """What feedback must be like. commented: it has a comment. period: of days when it was given."""

    period: Period = ALL_TIME
    organisation_id: UUID | None = None
    kit_id: str | None = None
    item_id: str | None = None
    rating: int | None = None
    commented: bool = False


EVERYTHING = FeedbackFilter()


def list_page(
    runtime: Runtime, wanted: FeedbackFilter = EVERYTHING, *, limit: int, cursor: str | None
) -> Page[Feedback]:
    """Feedback by when it was given, newest first."""
    query = _feedback().where(*conditions(wanted)).order_by(UsageReport.counted_at.desc(), UsageReport.id.desc())
    with runtime.database.reading() as session:
        found = page(session, query, limit, cursor)
    return Page([_view(row) for row in found.items], found.next_cursor, found.previous_cursor)


def export(runtime: Runtime, wanted: FeedbackFilter, *, now: datetime, actor: str) -> list[Feedback]:
    """All of it, newest first, as something that leaves the house: an audit entry says who took it."""
    query = _feedback().where(*conditions(wanted)).order_by(UsageReport.counted_at.desc(), UsageReport.id.desc())
    with runtime.database.reading() as session:
        rows = [_view(row) for row in session.execute(query)]
    after = {**vars(wanted), "period": None, "from": wanted.period.first, "to": wanted.period.last}
    audit.record_alone(
        runtime,
        now=now,
        actor=actor,
        action="feedback_exported",
        subject="feedback",
        after={**{name: value for name, value in after.items() if value}, "rows": len(rows)},
    )
    return rows


def conditions(wanted: FeedbackFilter) -> list[ColumnElement[bool]]:
    """Those of a filter, on raw reports."""
    columns = ("organisation_id", "kit_id", "item_id", "rating")
    found: list[ColumnElement[bool]] = [
        getattr(UsageReport, name) == getattr(wanted, name) for name in columns if getattr(wanted, name) is not None
    ]
    if wanted.commented:
        found.append(UsageReport.comment.is_not(None))
    return [IS_FEEDBACK, *days_within(UsageReport.day, wanted.period.first, wanted.period.last), *found]


def get(runtime: Runtime, report_id: UUID) -> Feedback:
    """One piece of feedback. Raises NotFound, also where retention has removed it."""
    with runtime.database.reading() as session:
        return _get(session, report_id)


def redact(runtime: Runtime, report_id: UUID, reason: str, *, now: datetime, actor: str) -> Feedback:
    """Take the comment of a piece of feedback away for good; its rating stays counted.

    The audit log keeps the reason, never the comment. Raises NotFound, Conflict.
    """

    def apply(session: Session) -> Feedback:
        query = select(UsageReport).where(UsageReport.id == report_id, IS_FEEDBACK)
        row = session.scalar(query.with_for_update())
        if row is None:
            raise not_found("feedback", report_id)
        if row.redacted_at is not None:
            raise Conflict("comment_redacted", "The comment has been redacted already.")
        if row.comment is None:
            raise Conflict("comment_absent", "The feedback has no comment.")
        row.comment, row.redacted_at = None, now
        # A copied stick may have sent it from another kit too, which kept it to be readmitted.
        session.execute(update(RejectedReport).where(RejectedReport.report_id == report_id).values(report=None))
        session.flush()
        audit.record(
            runtime,
            session,
            now=now,
            actor=actor,
            action="feedback_redacted",
            subject=f"report:{report_id}",
            reason=reason,
            after={"organisation_id": row.organisation_id, "kit_id": row.kit_id},
        )
        return _get(session, report_id)

    return runtime.database.write(apply)


def _get(session: Session, report_id: UUID) -> Feedback:
    row = session.execute(_feedback().where(UsageReport.id == report_id, IS_FEEDBACK)).one_or_none()
    if row is None:
        raise not_found("feedback", report_id)
    return _view(row)


def _feedback() -> Any:
    return select(
        UsageReport.id,
        UsageReport.organisation_id,
        Organisation.name.label("organisation"),
        UsageReport.kit_id,
        UsageReport.item_id,
        UsageReport.rating,
        UsageReport.comment,
        UsageReport.day,
        UsageReport.received_day,
        UsageReport.redacted_at,
    ).join(Organisation, Organisation.id == UsageReport.organisation_id)


def _view(row: Any) -> Feedback:
    return Feedback(**{name: getattr(row, name) for name in Feedback.__dataclass_fields__})
