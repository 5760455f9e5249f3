"""Months, and which periods have a published form."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from licence_server.domain import dates, months
from licence_server.domain.errors import Invalid
from licence_server.domain.months import PublishablePeriod
from licence_server.domain.period import Period

APRIL = date(2026, 4, 1)


def test_months_follow_each_other() -> None:
    assert list(months.months_between(date(2025, 11, 1), date(2026, 2, 1))) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
    assert list(months.months_between(APRIL, date(2026, 3, 1))) == []
    assert [months.last_day(date(year, 2, 1)).day for year in (2026, 2028)] == [28, 29]
    assert months.title(months.month_of(date(2026, 4, 30))) == "April 2026"


@pytest.mark.parametrize(
    "text", ["2026-13", "2026", "2026-4", "2026-04-01", "April", "", "1999-12", "9999-12", "2026-04 "]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    assert months.parse("2026-04") == APRIL
    with pytest.raises(Invalid) as refused:
        months.parse(text)
    assert refused.value.code == "period_invalid"


def test_whole_months_and_the_whole_trial_are_publishable() -> None:
    assert PublishablePeriod.of(Period()) == PublishablePeriod()
    assert PublishablePeriod.of(Period(APRIL, date(2026, 4, 30))) == PublishablePeriod(APRIL)


@pytest.mark.parametrize(
    "period",
    [
        Period(APRIL),
        Period(None, date(2026, 4, 30)),
        Period(APRIL, date(2026, 4, 29)),
        Period(date(2026, 4, 2), date(2026, 4, 30)),
        Period(APRIL, date(2026, 5, 31)),
    ],
)
def test_free_dates_are_not(period: Period) -> None:
    with pytest.raises(Invalid) as refused:
        PublishablePeriod.of(period)
    assert refused.value.code == "period_not_publishable"


def test_a_month_is_published_once_it_is_over() -> None:
    PublishablePeriod(APRIL).require_past(date(2026, 5, 1))
    PublishablePeriod().require_past(date(2026, 4, 30))
    with pytest.raises(Invalid):
        PublishablePeriod(APRIL).require_past(date(2026, 4, 30))


DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 5, 5)) | st.sampled_from((date(2000, 1, 1), dates.LAST_DAY))


@given(DAYS, DAYS)
@example(date(2026, 3, 1), date(2026, 3, 31))
@example(date(2026, 3, 1), date(2026, 3, 30))
@example(date(9999, 12, 2), None)
@example(None, date(2000, 1, 2))
def test_the_parts_of_a_period_are_its_days_each_once(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        first, last = last, first
    parts = months.split(Period(first, last))

    def counted(day: date) -> int:
        whole = parts.whole is not None and _within(months.month_of(day), *parts.whole)
        return whole + sum(begin <= day <= end for begin, end in parts.ends)

    for begin in (date(2000, 1, 1), date(2025, 12, 20), date(9999, 11, 20)):
        for number in range(200):
            if (day := date.fromordinal(min(begin.toordinal() + number, dates.LAST_DAY.toordinal()))) >= begin:
                assert counted(day) == _within(day, first, last), day
    assert all(months.month_of(begin) == months.month_of(end) for begin, end in parts.ends)


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
