"""Months, and which periods have a published form."""

from datetime import date

import pytest

from licence_server.domain import months
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
