"""What each organisation reported, and for how long its installations have not."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, select

from licence_server.database import Moment
from licence_server.domain.estimate import Reporter
from licence_server.models import Installation, Organisation, UsageTotal
from licence_server.services.report_figures import Figures, days_within


def reporters(figures: Figures) -> list[Reporter]:
    """Each organisation with an installation or with use: what it reported, and for how long it has not."""
    use = _use(figures)
    found = []
    for organisation_id, sector, known, unknown, missing in figures.session.execute(_exposure(figures)):
        attendances, sessions = use.pop(organisation_id, (0, 0))
        days = max(float(known or 0), 0.0), max(float(unknown or 0), 0.0)
        found.append(Reporter(sector, attendances, sessions, *days, int(missing)))
    # Use whose installation has been removed since: it counts, and there is no time to set it against.
    found.extend(Reporter(None, attendances, sessions, 0.0, 0.0, 0) for attendances, sessions in use.values())
    return found


def _use(figures: Figures) -> dict[UUID, tuple[int, int]]:
    query = (
        select(
            UsageTotal.organisation_id,
            func.sum(UsageTotal.attendances),
            func.sum(UsageTotal.workshop_sessions + UsageTotal.individual_sessions),
        )
        .where(*days_within(UsageTotal.day, figures.period), *_of_kit(figures))
        .group_by(UsageTotal.organisation_id)
    )
    return {owner: (int(attendances), int(sessions)) for owner, attendances, sessions in figures.session.execute(query)}


def _exposure(figures: Figures) -> Any:
    """Days of installations within the period: those up to the last sync are known, those after it are not."""
    begin = _latest(Installation.activated_at, figures.start)
    end = _earliest(_moment(figures.moment), Installation.released_at, Installation.revoked_at)
    heard = _earliest(func.coalesce(Installation.last_sync_at, Installation.activated_at), Installation.declined_at)
    until = case((heard < begin, begin), (heard > end, end), else_=heard)
    sqlite = figures.session.get_bind().dialect.name == "sqlite"
    # Added up before the sectors come in: grouping by the index of organisations is what keeps this fast.
    added = (
        select(
            Installation.organisation_id,
            func.sum(_days(begin, until, sqlite)).label("known"),
            func.sum(_days(until, end, sqlite)).label("unknown"),
            func.sum(Installation.missing_reports).label("missing"),
        )
        .where(*figures.activated())
        .group_by(Installation.organisation_id)
        .subquery()
    )
    return select(added.c.organisation_id, Organisation.sector, added.c.known, added.c.unknown, added.c.missing).join(
        Organisation, Organisation.id == added.c.organisation_id
    )


def _days(begin: ColumnElement[Any], end: ColumnElement[Any], sqlite: bool) -> ColumnElement[Any]:
    if sqlite:
        return func.julianday(end) - func.julianday(begin)
    return func.extract("epoch", end - begin) / timedelta(days=1).total_seconds()


def _latest(column: Any, moment: datetime | None) -> ColumnElement[Any]:
    return case((column < moment, _moment(moment)), else_=column) if moment is not None else column


def _earliest(first: ColumnElement[Any], *others: Any) -> ColumnElement[Any]:
    """The earliest of them; the others may be unknown."""
    for other in others:
        first = case((and_(other.is_not(None), other < first), other), else_=first)
    return first


def _moment(moment: datetime) -> ColumnElement[datetime]:
    return literal(moment, Moment)


def _of_kit(figures: Figures) -> list[ColumnElement[bool]]:
    return [UsageTotal.kit_id == figures.kit_id] if figures.kit_id is not None else []
