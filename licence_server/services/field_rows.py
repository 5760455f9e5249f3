"""The field behind the figures: installations and organisations, by sector and over time."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, or_, select
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
    found: dict[str | None, Field] = {}
    for each in standings:
        silent = each.activated - each.reporting - each.declined
        counts = each.activated, each.reporting, silent, each.declined, each.missing
        before = found.get(each.sector, Field())
        found[each.sector] = Field(*(a + b for a, b in zip(before, counts, strict=True)))
    return found


def states(figures: Figures, months: Sequence[Month], timezone: ZoneInfo) -> list[Field]:
    """All installations activated by the end of each month, whatever became of them since."""
    if not months:
        return []
    heard = Installation.declined_at.is_(None)
    columns = []
    for month in months:
        end = dates.end_of(last_day(month), timezone)
        then = Installation.activated_at < end
        columns += [
            func.count().filter(then),
            func.count().filter(then, heard, figures.synced_by(min(end, figures.now))),
            func.count().filter(then, ~heard),
        ]
    numbers = _added_up(figures.session, columns, figures.kit_id)
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
    columns = [func.count().filter(Installation.activated_at < moment) for moment in moments]
    before = dict(zip(moments, _added_up(session, columns, kit_id), strict=True))
    return [before[end] - before[start] for start, end in ends]


def organisations_by_month(session: Session, kit_id: str | None, timezone: ZoneInfo) -> dict[str, dict[Month, int]]:
    """How many organisations were first granted a licence, and first activated, in each month."""
    not_undone = or_(Licence.revoked_at.is_(None), Licence.revoked_at > Licence.starts_at)
    granted = select(func.min(Licence.starts_at)).where(not_undone, *of_kit(Licence, kit_id))
    added = installation_sums.by_licence(first=func.min(Installation.activated_at))
    activated = installation_sums.of_kit(select(func.min(added.c.first)), added, kit_id)
    return {
        "granted": _months(session, granted.group_by(Licence.organisation_id), timezone),
        "activated": _months(session, activated.group_by(Licence.organisation_id), timezone),
    }


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
    first = session.scalar(select(func.min(Installation.activated_at)).where(*of_kit(Installation, kit_id)))
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


def _months(session: Session, query: Select[Any], timezone: ZoneInfo) -> dict[Month, int]:
    found: dict[Month, int] = {}
    for moment in session.scalars(query):
        month = month_of(dates.day_of(moment, timezone))
        found[month] = found.get(month, 0) + 1
    return found


def _added_up(session: Session, counts: Sequence[ColumnElement[int]], kit_id: str | None) -> list[int]:
    """Counts of installations, each over all licences of the kit."""
    added = installation_sums.by_licence(**{f"count_{place}": count for place, count in enumerate(counts)})
    query = select(*(func.coalesce(func.sum(column), 0) for column in list(added.c)[1:]))
    return [int(number) for number in session.execute(installation_sums.of_kit(query, added, kit_id)).one()]
