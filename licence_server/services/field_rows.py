"""The field behind the figures: installations and organisations, by sector and over time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, Select, case, func, or_, select
from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.domain.months import Month, last_day, month_of
from licence_server.models import Installation, Licence, UsageMonth, UsageTotal
from licence_server.services import installation_sums
from licence_server.services.period_rows import of_kit
from licence_server.services.report_figures import Figures
from licence_server.services.reporting_time import Standing


class Field(NamedTuple):
    """Installations; see docs/figures.md."""

    activated: int = 0
    reporting: int = 0
    silent: int = 0
    declined: int = 0
    missing_reports: int = 0


def by_sector(standings: Iterable[Standing]) -> dict[str | None, Field]:
    """Installations of each sector, as the report counts them."""
    found: dict[str | None, list[Standing]] = defaultdict(list)
    for each in standings:
        found[each.sector].append(each)
    return {sector: _field(members) for sector, members in found.items()}


def _field(members: Sequence[Standing]) -> Field:
    activated, reporting, declined, missing = (
        sum(map(attrgetter(name), members)) for name in ("activated", "reporting", "declined", "missing")
    )
    return Field(activated, reporting, activated - reporting - declined, declined, missing)


def states(figures: Figures, months: Sequence[Month], timezone: ZoneInfo) -> list[Field]:
    """All installations activated by the end of each month, whatever became of them since."""
    if not months:
        return []
    ends = [dates.end_of(last_day(month), timezone) for month in months]
    heard = [figures.synced_by(min(end, figures.now)) for end in ends]
    # The first month that has it, and the last in which it counts as reporting: found once for each installation.
    columns = (
        case(*((Installation.activated_at < end, number) for number, end in enumerate(ends))).label("first"),
        case(*((heard[number], number) for number in reversed(range(len(ends))))).label("heard"),
        Installation.declined_at.is_not(None).label("declined"),
    )
    within = installation_sums.within_kit(figures.session, figures.kit_id)
    # Kept apart by the offset, or both databases would put the cases into each of the counts.
    each = select(*columns).where(*within).offset(0).subquery()
    counts = []
    for number in range(len(months)):
        then = each.c.first <= number
        counts += [
            func.count().filter(then),
            func.count().filter(then, ~each.c.declined, each.c.heard >= number),
            func.count().filter(then, each.c.declined),
        ]
    numbers = list(figures.session.execute(select(*counts)).one())
    of_each = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
    return [Field(all_, reporting, all_ - reporting - declined, declined) for all_, reporting, declined in of_each]


def activations(
    session: Session, steps: Sequence[tuple[date, date]], kit_id: str | None, timezone: ZoneInfo
) -> list[int]:
    """How many installations were activated in each step, from its first day to its last."""
    ends = [(dates.start_of(first, timezone), dates.end_of(last, timezone)) for first, last in steps]
    moments = sorted({moment for pair in ends for moment in pair})
    if not moments:
        return []
    counts = (func.count().filter(Installation.activated_at < moment) for moment in moments)
    row = session.execute(select(*counts).where(*installation_sums.within_kit(session, kit_id))).one()
    before = dict(zip(moments, row, strict=True))
    return [before[end] - before[start] for start, end in ends]


def organisations_to_date(
    session: Session, months: Sequence[Month], kit_id: str | None, timezone: ZoneInfo
) -> dict[str, list[int]]:
    """How many organisations had been granted a licence, and activated an installation, by the end of each month."""
    if not months:
        return {"granted": [], "activated": []}
    ends = [dates.end_of(last_day(month), timezone) for month in months]
    not_undone = or_(Licence.revoked_at.is_(None), Licence.revoked_at > Licence.starts_at)
    granted = select(func.min(Licence.starts_at).label("first")).where(not_undone, *of_kit(Licence, kit_id))
    added = installation_sums.by_licence(first=func.min(Installation.activated_at))
    activated = installation_sums.of_kit(select(func.min(added.c.first).label("first")), added, kit_id)
    return {"granted": _begun_by(session, ends, granted), "activated": _begun_by(session, ends, activated)}


def _begun_by(session: Session, ends: Sequence[datetime], firsts: Select[Any]) -> list[int]:
    """How many organisations have their `first` before each of these moments."""
    of_each = firsts.group_by(Licence.organisation_id).subquery()
    return list(session.execute(select(*(func.count().filter(of_each.c.first < end) for end in ends))).one())


def first_month(session: Session, kit_id: str | None, timezone: ZoneInfo) -> Month | None:
    """The month in which it all began: of the first activation, or of use that was dated before it."""
    activated = _first_activation(session, kit_id, timezone)
    used = _first_month_of_use(session, kit_id)
    return min([month for month in (activated and month_of(activated), used) if month is not None], default=None)


def first_day(session: Session, kit_id: str | None, timezone: ZoneInfo) -> date | None:
    """The day on which it all began, likewise."""
    activated = _first_activation(session, kit_id, timezone)
    rows = UsageMonth.month == _first_month_of_use(session, kit_id), *of_kit(UsageMonth, kit_id)
    used = session.scalar(select(func.min(_first_day_of_use())).where(*rows))
    return min([day for day in (activated, used) if day is not None], default=None)


def _first_activation(session: Session, kit_id: str | None, timezone: ZoneInfo) -> date | None:
    within = installation_sums.within_kit(session, kit_id)
    first = session.scalar(select(func.min(Installation.activated_at)).where(*within))
    return dates.day_of(first, timezone) if first is not None else None


def _first_month_of_use(session: Session, kit_id: str | None) -> Month | None:
    return session.scalar(select(func.min(UsageMonth.month)).where(*of_kit(UsageMonth, kit_id)))


def _first_day_of_use() -> ScalarSelect[date]:
    """Of a row of a month: its first day with use. Found by the key: days have no index of their own."""
    return (
        select(func.min(UsageTotal.day))
        .where(
            UsageTotal.organisation_id == UsageMonth.organisation_id,
            UsageTotal.kit_id == UsageMonth.kit_id,
            UsageTotal.day >= UsageMonth.month,
        )
        .scalar_subquery()
    )
