"""The list of installations: filter, page, count, export. What is exported is what the filter shows."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.domain import licence as rules
from licence_server.domain.licence import Status
from licence_server.models import Installation, Licence, Organisation
from licence_server.services import audit, counted_rows
from licence_server.services.counted_rows import Counted
from licence_server.services.installation_filters import held, in_use
from licence_server.services.installations import InstallationStatus, view
from licence_server.services.licence_filters import has_status
from licence_server.services.paging import Page, page
from licence_server.services.runtime import Runtime


class State(StrEnum):
    """in_use, stopped, released and revoked tell all installations apart; the others are marks on the first two.

    stopped: its licence is not in force. silent: not in touch within the check-in time of its licence, or never
    since its activation, and not for an objection, as in the report.
    """

    IN_USE = "in_use"
    STOPPED = "stopped"
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
    counted: Counted | None = None


@dataclass(frozen=True)
class InstallationRow:
    """An installation with its organisation's name and how its licence stands."""

    installation: Installation
    organisation: str
    status: InstallationStatus
    holds_seat: bool
    licence: Status


def list_page(
    runtime: Runtime, chosen: InstallationFilter, *, now: datetime, limit: int, cursor: str | None
) -> Page[InstallationRow]:
    """One page, the newest activation first. Raises Invalid for a cursor that is not of this list."""
    with runtime.database.reading() as session:
        found = page(session, _query(runtime, session, chosen, now), limit, cursor)
    return Page([_row(row[0], row[1], row[2], now) for row in found.items], found.next_cursor, found.previous_cursor)


def count(runtime: Runtime, chosen: InstallationFilter, *, now: datetime) -> int:
    """How many the filter lets through."""
    return _number(runtime, chosen, func.count(), now)


def missing_reports(runtime: Runtime, chosen: InstallationFilter, *, now: datetime) -> int:
    """How many reports are missing of those that the filter lets through."""
    return _number(runtime, chosen, func.sum(Installation.missing_reports), now)


def export(runtime: Runtime, chosen: InstallationFilter, *, now: datetime, actor: str) -> list[InstallationRow]:
    """Every row, in the order of the list; an audit entry says who took them, and by which filter."""
    with runtime.database.snapshot() as session:
        rows = [_row(row[0], row[1], row[2], now) for row in session.execute(_query(runtime, session, chosen, now))]
    audit.record_alone(
        runtime,
        now=now,
        actor=actor,
        action="installations_exported",
        subject="installations",
        after={"filter": asdict(chosen), "rows": len(rows)},
    )
    return rows


def _number(runtime: Runtime, chosen: InstallationFilter, measure: ColumnElement[Any], now: datetime) -> int:
    with runtime.database.reading() as session:
        query = select(measure).select_from(Installation)
        # The licences of a city are looked up only where the filter is about them.
        if chosen.counted is not None or chosen.state in (State.IN_USE, State.STOPPED):
            query = query.join(Licence, Licence.id == Installation.licence_id)
        return int(session.scalar(query.where(*_conditions(runtime, session, chosen, now))) or 0)


def _query(runtime: Runtime, session: Session, chosen: InstallationFilter, now: datetime) -> Select[Any]:
    query: Select[Any] = select(Installation)
    query = query.add_columns(Organisation.name, Licence)
    query = query.join(Organisation, Organisation.id == Installation.organisation_id)
    query = query.join(Licence, Licence.id == Installation.licence_id)
    return query.where(*_conditions(runtime, session, chosen, now)).order_by(
        Installation.activated_at.desc(), Installation.id.desc()
    )


def _conditions(
    runtime: Runtime, session: Session, chosen: InstallationFilter, now: datetime
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.counted is not None:
        conditions += counted_rows.installations(runtime, session, chosen.counted, now)
    if chosen.organisation_id is not None:
        conditions.append(Installation.organisation_id == chosen.organisation_id)
    if chosen.licence_id is not None:
        conditions.append(Installation.licence_id == chosen.licence_id)
    if chosen.state == State.REVOKED:
        conditions.append(Installation.revoked_at.is_not(None))
    elif chosen.state == State.RELEASED:
        conditions += [Installation.revoked_at.is_(None), Installation.released_at.is_not(None)]
    elif chosen.state == State.IN_USE:
        conditions += in_use(now)
    elif chosen.state == State.STOPPED:
        conditions += [*held(), ~has_status(Status.ACTIVE, now)]
    elif chosen.state:
        conditions += held()
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


def _row(installation: Installation, organisation: str, licence: Licence, now: datetime) -> InstallationRow:
    seen = view(installation, now)
    return InstallationRow(installation, organisation, seen.status, seen.holds_seat, rules.status(licence, now))
