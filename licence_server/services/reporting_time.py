"""What each organisation reported, and for how long its installations have not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select

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
    sqlite = figures.session.get_bind().dialect.name == "sqlite"
    least, greatest = (func.min, func.max) if sqlite else (func.least, func.greatest)
    last = literal(figures.moment, Moment)
    begin: ColumnElement[Any] = Installation.activated_at.expression
    if figures.start is not None:
        begin = greatest(begin, literal(figures.start, Moment))
    end = least(last, func.coalesce(Installation.released_at, last), func.coalesce(Installation.revoked_at, last))
    heard = least(
        func.coalesce(Installation.last_sync_at, Installation.activated_at),
        func.coalesce(Installation.declined_at, last),
    )
    until = least(greatest(heard, begin), end)
    # Added up before the sectors come in: grouping by the index of organisations is what keeps this fast.
    added = (
        select(
            Installation.organisation_id,
            *(func.sum(_day_number(moment, sqlite)).label(name) for name, moment in _named(begin, until, end)),
            func.sum(Installation.missing_reports).label("missing"),
        )
        .where(*figures.activated())
        .group_by(Installation.organisation_id)
        .subquery()
    )
    known, unknown = added.c.until - added.c.begin, added.c.end - added.c.until
    return select(added.c.organisation_id, Organisation.sector, known, unknown, added.c.missing).join(
        Organisation, Organisation.id == added.c.organisation_id
    )


def _named(*moments: ColumnElement[Any]) -> Iterator[tuple[str, ColumnElement[Any]]]:
    return zip(("begin", "until", "end"), moments, strict=True)


def _day_number(moment: ColumnElement[Any], sqlite: bool) -> ColumnElement[Any]:
    """A moment as a number of days, to be added up and subtracted."""
    if sqlite:
        return func.julianday(moment)
    return func.extract("epoch", moment) / timedelta(days=1).total_seconds()


def _of_kit(figures: Figures) -> list[ColumnElement[bool]]:
    return [UsageTotal.kit_id == figures.kit_id] if figures.kit_id is not None else []
