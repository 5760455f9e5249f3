"""What each organisation reported, how its installations stand, and for how long they have not reported.

All that is asked of every installation is asked in one pass over them: at 400,000 that is what a report costs.
"""

from collections.abc import Hashable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, select, type_coerce
from sqlalchemy.types import NullType

from licence_server.domain.estimate import Reporter
from licence_server.domain.period import Period
from licence_server.models import Installation, Licence, Organisation
from licence_server.models.base import Moment
from licence_server.services import installation_sums, period_rows
from licence_server.services.report_figures import Figures
from licence_server.services.written_once import Statement, written_once


class Standing(NamedTuple):
    """The installations of one organisation. known, unknown: days reported on and not; the rest: docs/figures.md.

    organisation_id: as the database keeps it. To make a UUID of each took longer than to ask for them.
    """

    organisation_id: Hashable
    sector: str | None
    known: float
    unknown: float
    missing: int
    activated: int
    reporting: int
    declined: int


def standings(figures: Figures) -> list[Standing]:
    """Every organisation with an installation that counts as activated."""
    return [
        Standing(owner, sector, max(float(known or 0), 0.0), max(float(unknown or 0), 0.0), *map(int, counts))
        for owner, sector, known, unknown, *counts in figures.session.execute(_exposure(figures))
    ]


def reporters(figures: Figures, found: Sequence[Standing]) -> list[Reporter]:
    """Each organisation with an installation or with use: what it reported, and for how long it has not."""
    use = _use(figures)
    told = [
        Reporter(each.sector, *use.pop(each.organisation_id, (0, 0)), each.known, each.unknown, each.missing)
        for each in found
    ]
    # Use whose installation has been removed since: it counts, and there is no time to set it against.
    told.extend(Reporter(None, attendances, sessions, 0.0, 0.0, 0) for attendances, sessions in use.values())
    return told


def _use(figures: Figures) -> dict[Hashable, tuple[int, int]]:
    rows = figures.session.execute(_use_by_organisation(figures.period, figures.kit_id))
    return {owner: (int(attendances), int(sessions)) for owner, attendances, sessions in rows}


@written_once
def _use_by_organisation(period: Period, kit_id: str | None) -> Statement:
    rows = period_rows.usage(period, kit_id)
    return select(
        _as_kept(rows.c.organisation_id),
        func.sum(rows.c.attendances),
        func.sum(rows.c.workshop_sessions + rows.c.individual_sessions),
    ).group_by(rows.c.organisation_id)


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
    declined = Installation.declined_at.is_not(None)
    added = installation_sums.by_licence(
        *figures.overlapping(),
        begin=func.sum(_day_number(begin, sqlite)),
        until=func.sum(_day_number(until, sqlite)),
        end=func.sum(_day_number(end, sqlite)),
        missing=func.sum(Installation.missing_reports),
        activated=func.count(),
        reporting=func.count().filter(~declined, figures.synced_by(figures.moment)),
        declined=func.count().filter(declined),
    )
    sums = added.c.until - added.c.begin, added.c.end - added.c.until, *(added.c[name] for name in Standing._fields[4:])
    query: Select[Any] = select(_as_kept(Licence.organisation_id), Organisation.sector, *map(func.sum, sums))
    return (
        installation_sums.of_kit(query, added, figures.kit_id)
        .join(Organisation, Organisation.id == Licence.organisation_id)
        .group_by(Licence.organisation_id, Organisation.sector)
    )


def _as_kept(column: Any) -> ColumnElement[Hashable]:
    return type_coerce(column, NullType())


def _day_number(moment: ColumnElement[Any], sqlite: bool) -> ColumnElement[Any]:
    """A moment as a number of days, to be added up and subtracted."""
    if sqlite:
        return func.julianday(moment)
    # Not extract(): that is a decimal number, which PostgreSQL takes twice as long to add up.
    return func.date_part("epoch", moment) / timedelta(days=1).total_seconds()
