"""The field behind the figures: installations by sector, by month, and the time they have reported on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from licence_server.database import Moment
from licence_server.domain import dates
from licence_server.domain.estimate import Reporter
from licence_server.domain.months import Month, last_day, month_of
from licence_server.models import Installation, Licence, Organisation, UsageTotal
from licence_server.services.report_figures import Figures, days_within


class Field(NamedTuple):
    """Installations; see docs/figures.md."""

    activated: int = 0
    reporting: int = 0
    silent: int = 0
    declined: int = 0
    missing_reports: int = 0


def by_sector(figures: Figures) -> dict[str | None, Field]:
    """Installations of each sector, as the report counts them."""
    declined = Installation.declined_at.is_not(None)
    query = (
        select(
            Organisation.sector,
            func.count(),
            _number(and_(~declined, figures.synced_by(figures.moment))),
            _number(declined),
            func.sum(Installation.missing_reports),
        )
        .select_from(Installation)
        .join(Licence, Licence.id == Installation.licence_id)
        .join(Organisation, Organisation.id == Installation.organisation_id)
        .where(*figures.activated())
        .group_by(Organisation.sector)
    )
    return {
        sector: Field(int(all_), int(reporting), int(all_ - reporting - declined), int(declined), int(missing))
        for sector, all_, reporting, declined, missing in figures.session.execute(query)
    }


def states(figures: Figures, months: Sequence[Month], timezone: ZoneInfo) -> list[Field]:
    """All installations activated by the end of each month, whatever became of them since."""
    declined = Installation.declined_at.is_not(None)
    result = []
    for month in months:
        end = dates.end_of(last_day(month), timezone)
        query = (
            select(
                func.count(),
                _number(and_(~declined, figures.synced_by(min(end, figures.now)))),
                _number(declined),
            )
            .select_from(Installation)
            .join(Licence, Licence.id == Installation.licence_id)
            .where(Installation.activated_at < end, *_of_kit(Installation, figures.kit_id))
        )
        all_, reporting, declining = (int(count or 0) for count in figures.session.execute(query).one())
        result.append(Field(all_, reporting, all_ - reporting - declining, declining))
    return result


def activations_by_month(
    session: Session, months: Sequence[Month], kit_id: str | None, timezone: ZoneInfo
) -> dict[Month, int]:
    """How many installations were activated in each month."""
    found = {}
    for month in months:
        start, end = dates.start_of(month, timezone), dates.end_of(last_day(month), timezone)
        query = select(func.count()).where(
            Installation.activated_at >= start, Installation.activated_at < end, *_of_kit(Installation, kit_id)
        )
        found[month] = int(session.scalar(query) or 0)
    return found


def organisations_by_month(session: Session, kit_id: str | None, timezone: ZoneInfo) -> dict[str, dict[Month, int]]:
    """How many organisations were first granted a licence, and first activated, in each month."""
    not_undone = or_(Licence.revoked_at.is_(None), Licence.revoked_at > Licence.starts_at)
    granted = select(func.min(Licence.starts_at)).where(not_undone, *_of_kit(Licence, kit_id))
    activated = select(func.min(Installation.activated_at)).where(*_of_kit(Installation, kit_id))
    return {
        "granted": _months(session, granted.group_by(Licence.organisation_id), timezone),
        "activated": _months(session, activated.group_by(Installation.organisation_id), timezone),
    }


def first_day(session: Session, kit_id: str | None, timezone: ZoneInfo) -> date | None:
    """The day on which it all began: of the first activation, or of use that was dated before it."""
    activated = session.scalar(select(func.min(Installation.activated_at)).where(*_of_kit(Installation, kit_id)))
    used = session.scalar(select(func.min(UsageTotal.day)).where(*_of_kit(UsageTotal, kit_id)))
    days = [dates.day_of(activated, timezone)] if activated is not None else []
    return min([*days, *([used] if used is not None else [])], default=None)


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
        .where(*days_within(UsageTotal.day, figures.period), *_of_kit(UsageTotal, figures.kit_id))
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
    query = (
        select(
            Installation.organisation_id,
            Organisation.sector,
            func.sum(_days(begin, until, sqlite)),
            func.sum(_days(until, end, sqlite)),
            func.sum(Installation.missing_reports),
        )
        .join(Organisation, Organisation.id == Installation.organisation_id)
        .where(*figures.activated())
        .group_by(Installation.organisation_id, Organisation.sector)
    )
    return query


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


def _months(session: Session, query: Select[Any], timezone: ZoneInfo) -> dict[Month, int]:
    found: dict[Month, int] = {}
    for moment in session.scalars(query):
        month = month_of(dates.day_of(moment, timezone))
        found[month] = found.get(month, 0) + 1
    return found


def _of_kit(model: Any, kit_id: str | None) -> list[ColumnElement[bool]]:
    return [model.kit_id == kit_id] if kit_id is not None else []


def _number(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
