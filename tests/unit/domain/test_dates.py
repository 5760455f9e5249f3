"""Days and moments, at midnight, on the days the clocks change, and at the ends of time."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_server.domain import dates

LONDON = ZoneInfo("Europe/London")
ZONES = [
    ZoneInfo(name)
    for name in ("Europe/London", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Kiritimati", "Pacific/Apia", "UTC")
]


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24), (date(2026, 1, 1), 24)],
)
def test_a_day_has_as_many_hours_as_the_clocks_say(day: date, hours: int) -> None:
    assert dates.end_of(day, LONDON) - dates.start_of(day, LONDON) == timedelta(hours=hours)


@given(st.dates(date(1990, 1, 1), date(2037, 12, 31)), st.sampled_from(ZONES))
def test_a_day_begins_and_ends_at_its_own_edges(day: date, zone: ZoneInfo) -> None:
    start, end = dates.start_of(day, zone), dates.end_of(day, zone)
    if start == end:
        return  # a day that its island skipped
    assert dates.day_of(start, zone) == day
    assert dates.day_of(start - timedelta(microseconds=1), zone) < day
    assert dates.day_of(end - timedelta(microseconds=1), zone) == day
    assert dates.day_of(end, zone) > day


def test_the_last_usable_day_ends() -> None:
    for zone in ZONES:
        assert dates.end_of(dates.LAST_DAY, zone) > dates.start_of(dates.LAST_DAY, zone)


@given(
    st.datetimes(timezones=st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)),
    st.timedeltas(),
)
def test_any_moment_a_pc_can_send_becomes_one_that_a_database_can_keep(moment: datetime, by: timedelta) -> None:
    found = dates.to_utc(moment)
    moved = dates.shifted(found, by)

    for kept in (found, moved):
        assert kept.tzinfo is UTC
        assert dates.EARLIEST <= kept <= dates.LATEST
        for zone in ZONES:
            dates.day_of(kept, zone)


def test_a_moment_of_our_days_is_kept_as_it_is() -> None:
    moment = datetime(2026, 7, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    assert dates.to_utc(moment) == moment
    assert dates.shifted(dates.to_utc(moment), timedelta(hours=1)) == moment + timedelta(hours=1)


def test_the_time_of_a_sync_is_kept_to_the_hour() -> None:
    assert dates.to_hour(datetime(2026, 7, 1, 12, 59, 59, 999999, UTC)) == datetime(2026, 7, 1, 12, tzinfo=UTC)
