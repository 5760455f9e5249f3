"""Weeks: over the end of a year, over the change of the clocks, in part; and that none is published."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from licence_server.domain import dates, weeks
from licence_server.domain.errors import Invalid
from licence_server.domain.months import PublishablePeriod
from licence_server.domain.period import Period
from licence_server.domain.series import By

LONDON = ZoneInfo("Europe/London")
LATER = date(2030, 1, 1)


def test_a_week_belongs_to_the_year_of_its_thursday() -> None:
    # 2026 has 53 weeks; its last ends on a Sunday in January, and the first of 2025 began in December.
    for day, monday, key in (
        (date(2027, 1, 3), date(2026, 12, 28), "2026-W53"),
        (date(2027, 1, 4), date(2027, 1, 4), "2027-W01"),
        (date(2024, 12, 30), date(2024, 12, 30), "2025-W01"),
    ):
        assert (By.WEEK.first_day(day), By.WEEK.key(day), By.WEEK.parse(key)) == (monday, key, monday)
    over_new_year = list(By.WEEK.between(date(2026, 12, 27), date(2027, 1, 4)))
    assert over_new_year == [date(2026, 12, 21), date(2026, 12, 28), date(2027, 1, 4)]
    assert weeks.title(date(2026, 12, 28), date(2027, 1, 3)) == "28 December 2026 to 3 January 2027"


@pytest.mark.parametrize(("sunday", "hours"), [(date(2026, 3, 29), 167), (date(2026, 10, 25), 169)])
def test_a_week_in_which_the_clocks_change_ends_at_a_local_midnight(sunday: date, hours: int) -> None:
    monday = By.WEEK.first_day(sunday)
    begin, end = dates.start_of(monday, LONDON), dates.end_of(By.WEEK.last_day(monday), LONDON)
    assert end - begin == timedelta(hours=hours)
    last_moment = end - timedelta(seconds=1)
    assert By.WEEK.first_day(dates.day_of(last_moment, LONDON)) == monday
    assert By.WEEK.first_day(dates.day_of(end, LONDON)) == monday + timedelta(days=7)


def test_a_step_says_that_it_is_not_whole_or_not_over() -> None:
    monday, sunday = date(2026, 3, 30), date(2026, 4, 5)
    assert By.WEEK.in_words(monday, sunday, LATER) == "30 March to 5 April 2026"
    assert By.WEEK.in_words(monday, sunday, sunday) == "30 March to 5 April 2026 (so far)"
    assert By.WEEK.in_words(date(2026, 4, 1), sunday, LATER) == "1 to 5 April 2026 (in part)"
    assert By.WEEK.in_words(monday, monday, sunday) == "30 March 2026 (in part)"
    assert By.MONTH.in_words(date(2026, 4, 1), date(2026, 4, 30), LATER) == "April 2026"
    assert By.MONTH.in_words(date(2026, 4, 2), date(2026, 4, 30), LATER) == "April 2026 (in part)"


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026-W00", "2026-10", "2026", "2026-W10-1", "W10", ""])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        weeks.parse(text)
    assert refused.value.code == "period_invalid"


def test_no_week_is_a_publishable_period() -> None:
    for monday in By.WEEK.between(date(2026, 1, 1), date(2027, 12, 31)):
        with pytest.raises(Invalid) as refused:
            PublishablePeriod.of(Period(monday, By.WEEK.last_day(monday)))
        assert refused.value.code == "period_not_publishable"
