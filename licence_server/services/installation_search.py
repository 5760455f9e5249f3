"""The list of installations: filter, page, count, export. What is exported is what the filter shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.models import Installation, Licence, Organisation
from licence_server.services import audit
from licence_server.services.installations import InstallationStatus, view
from licence_server.services.organisation_filters import in_use
from licence_server.services.paging import Page, page
from licence_server.services.runtime import Runtime


class State(StrEnum):
    """in_use, released and revoked tell all installations apart; the others are marks on those in use.

    silent: not in touch within the check-in time of its licence, and not for an objection, as in the report.
    """

    IN_USE = "in_use"
    SILENT = "silent"
    NEVER_SYNCED = "never_synced"
    COPIED = "copied"
    DECLINED = "declined"
    RELEASED = "released"
    REVOKED = "revoked"


@dataclass(frozen=True)
class InstallationFilter:
    """Empty or None: any."""

    state: str = ""
    organisation_id: UUID | None = None
    licence_id: UUID | None = None


@dataclass(frozen=True)
class InstallationRow:
    """An installation with its organisation's name."""

    installation: Installation
    organisation: str
    status: InstallationStatus
    holds_seat: bool


def list_page(
    runtime: Runtime, chosen: InstallationFilter, *, now: datetime, limit: int, cursor: str | None
) -> Page[InstallationRow]:
    """One page, the newest activation first. Raises Invalid for a cursor that is not of this list."""
    with runtime.database.reading() as session:
        found = page(session, _query(session, chosen, now), limit, cursor)
    return Page([_row(row[0], row[1], now) for row in found.items], found.next_cursor, found.previous_cursor)


def count(runtime: Runtime, chosen: InstallationFilter, *, now: datetime) -> int:
    """How many the filter lets through."""
    with runtime.database.reading() as session:
        conditions = _conditions(session, chosen, now)
        query = select(func.count()).select_from(Installation)
        return session.scalar(query.where(*conditions)) or 0


def export(runtime: Runtime, chosen: InstallationFilter, *, now: datetime, actor: str) -> list[InstallationRow]:
    """Every row, in the order of the list; an audit entry says who took them, and by which filter."""
    with runtime.database.snapshot() as session:
        rows = [_row(row[0], row[1], now) for row in session.execute(_query(session, chosen, now))]
    audit.record_alone(
        runtime,
        now=now,
        actor=actor,
        action="installations_exported",
        subject="installations",
        after={"filter": vars(chosen), "rows": len(rows)},
    )
    return rows


def _query(session: Session, chosen: InstallationFilter, now: datetime) -> Select[Any]:
    query: Select[Any] = select(Installation)
    query = query.add_columns(Organisation.name).join(Organisation, Organisation.id == Installation.organisation_id)
    return query.where(*_conditions(session, chosen, now)).order_by(
        Installation.activated_at.desc(), Installation.id.desc()
    )


def _conditions(session: Session, chosen: InstallationFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.organisation_id is not None:
        conditions.append(Installation.organisation_id == chosen.organisation_id)
    if chosen.licence_id is not None:
        conditions.append(Installation.licence_id == chosen.licence_id)
    if chosen.state == State.REVOKED:
        conditions.append(Installation.revoked_at.is_not(None))
    elif chosen.state == State.RELEASED:
        conditions += [Installation.revoked_at.is_(None), Installation.released_at.is_not(None)]
    elif chosen.state:
        conditions += in_use()
    if chosen.state == State.NEVER_SYNCED:
        conditions.append(Installation.last_sync_at.is_(None))
    elif chosen.state == State.COPIED:
        conditions.append(Installation.copied_at.is_not(None))
    elif chosen.state == State.DECLINED:
        conditions.append(Installation.declined_at.is_not(None))
    elif chosen.state == State.SILENT:
        conditions += [Installation.declined_at.is_(None), _out_of_touch(session, now)]
    return conditions


def _out_of_touch(session: Session, now: datetime) -> ColumnElement[bool]:
    terms = session.scalars(select(Licence.check_in_days).distinct()).all()
    since = {days: dates.to_hour(dates.shifted(now, timedelta(days=-days))) for days in terms}
    late = [
        and_(
            Installation.last_sync_at < moment,
            *([Installation.licence_id.in_(_with_check_in(days))] if len(since) > 1 else []),
        )
        for days, moment in since.items()
    ]
    return or_(Installation.last_sync_at.is_(None), *late)


def _with_check_in(days: int) -> Select[Any]:
    return select(Licence.id).where(Licence.check_in_days == days)


def _row(installation: Installation, organisation: str, now: datetime) -> InstallationRow:
    seen = view(installation, now)
    return InstallationRow(installation, organisation, seen.status, seen.holds_seat)
