"""Calendar months, each named by its first day, and the periods that may be published.

* Only whole months that are over, and the whole trial up to the last of them, have a published form: from free
  dates anybody could subtract one period from another and be left with a suppressed cell.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from licence_server.domain import dates
from licence_server.domain.errors import Invalid
from licence_server.domain.period import Period

Month = date
"""The first day of a month."""


def month_of(day: date) -> Month:
    return day.replace(day=1)


def next_month(month: Month) -> Month:
    return month_of(month + timedelta(days=31))


def last_day(month: Month) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def months_between(first: Month, last: Month) -> Iterator[Month]:
    """Every month from the first to the last, both included."""
    while first <= last:
        yield first
        first = next_month(first)


@dataclass(frozen=True)
class Parts:
    """A period as whole months and the days before and after them.

    whole: the first and the last of these months, None at an end that is open; None where there is none. ends: first
    and last days, of the same month.
    """

    whole: tuple[Month | None, Month | None] | None
    ends: tuple[tuple[date, date], ...]


def split(period: Period) -> Parts:
    """The months that lie in a period as a whole, and what is left of it."""
    first, last = period.first, period.last
    ends = []
    if first is not None and first.day > 1:
        end = last_day(month_of(first))
        ends.append((first, end if last is None else min(end, last)))
        if end > dates.LAST_DAY:
            return Parts(None, tuple(ends))
        first = end + timedelta(days=1)
    if last is not None and last != last_day(month_of(last)) and (first is None or first <= last):
        ends.append((month_of(last), last))
        last = month_of(last) - timedelta(days=1)
    if first is not None and last is not None and first > last:
        return Parts(None, tuple(ends))
    return Parts((first, month_of(last) if last is not None else None), tuple(ends))


def title(month: Month) -> str:
    """`March 2026`."""
    return f"{month:%B} {month.year}"


def parse(text: str) -> Month:
    """`2026-03`. Raises Invalid."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Invalid("period_invalid", f"{text!r} is not a month like 2026-03.", {"month": "not a month"}) from None
    if not date(2000, 1, 1) <= month < month_of(dates.LAST_DAY) or f"{month:%Y-%m}" != text:
        raise Invalid("period_invalid", f"{text!r} is not a month like 2026-03.", {"month": "out of range"})
    return month


@dataclass(frozen=True)
class PublishablePeriod:
    """One whole month, or (None) the whole trial up to the last month that is over."""

    month: Month | None = None

    @classmethod
    def of(cls, period: Period) -> "PublishablePeriod":
        """The publishable period that is this period. Raises Invalid for any other."""
        if period.first is None and period.last is None:
            return cls()
        if period.first is not None and period.first.day == 1 and period.last == last_day(period.first):
            return cls(period.first)
        raise Invalid(
            "period_not_publishable",
            "Figures are published for whole months and for the whole trial: between free dates, one period less "
            "another would tell the small numbers.",
            {"from": "not a whole month", "to": "not a whole month"},
        )

    def require_past(self, today: date) -> None:
        """Raises Invalid for a month that is not over."""
        if self.month is not None and last_day(self.month) >= today:
            raise Invalid(
                "period_not_publishable",
                f"{title(self.month)} is not over: a month is published once it is whole.",
                {"month": "is not over"},
            )
