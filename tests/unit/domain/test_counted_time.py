"""When a report counts as having happened, at the edges of five minutes and of 24 hours."""

from datetime import UTC, datetime, timedelta

import pytest

from licence_server.domain import dates
from licence_server.domain.counted_time import clock_shift, counted_time

RECEIVED = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACTIVATED = datetime(2026, 2, 1, 9, tzinfo=UTC)
NONE = timedelta(0)
MINUTES = timedelta(minutes=5)
TICK = timedelta(microseconds=1)
DAY = timedelta(hours=24)


@pytest.mark.parametrize("slow", [NONE, TICK, MINUTES, -MINUTES, timedelta(seconds=-30)])
def test_a_clock_within_five_minutes_is_right(slow: timedelta) -> None:
    assert clock_shift(RECEIVED - slow, RECEIVED) == NONE


@pytest.mark.parametrize("slow", [MINUTES + TICK, -MINUTES - TICK, timedelta(days=900), timedelta(days=-9000)])
def test_a_clock_further_off_shifts_the_batch(slow: timedelta) -> None:
    assert clock_shift(RECEIVED - slow, RECEIVED) == slow


def test_a_carried_message_shifts_only_where_it_was_sent_after_it_came() -> None:
    assert clock_shift(RECEIVED - timedelta(days=60), RECEIVED, carried=True) == NONE
    assert clock_shift(RECEIVED, RECEIVED, carried=True) == NONE
    assert clock_shift(RECEIVED + TICK, RECEIVED, carried=True) == -TICK
    assert clock_shift(RECEIVED + timedelta(days=60), RECEIVED, carried=True) == timedelta(days=-60)


@pytest.mark.parametrize(
    ("happened", "on_receipt"),
    [
        (ACTIVATED - DAY, False),
        (ACTIVATED - DAY - TICK, True),
        (RECEIVED + DAY, False),
        (RECEIVED + DAY + TICK, True),
        (RECEIVED, False),
        (datetime(1, 1, 1, tzinfo=UTC), True),
        (datetime.max.replace(tzinfo=UTC), True),
    ],
)
def test_what_lies_out_of_range_counts_when_it_was_received(happened: datetime, on_receipt: bool) -> None:
    counted = counted_time(happened, NONE, activated_at=ACTIVATED, received_at=RECEIVED)

    assert counted.dated_on_receipt is on_receipt
    assert counted.counted_at == (RECEIVED if on_receipt else happened)


def test_the_shift_comes_before_the_range() -> None:
    years = timedelta(days=3650)
    wrong_clock = RECEIVED - years - timedelta(days=3)

    counted = counted_time(wrong_clock, years, activated_at=ACTIVATED, received_at=RECEIVED)

    assert not counted.dated_on_receipt
    assert counted.counted_at == RECEIVED - timedelta(days=3)


def test_a_shift_beyond_the_calendar_counts_on_receipt() -> None:
    sent_at = dates.to_utc(datetime(1, 1, 1, tzinfo=UTC))
    counted = counted_time(
        datetime(9999, 12, 31, tzinfo=UTC), clock_shift(sent_at, RECEIVED), activated_at=ACTIVATED, received_at=RECEIVED
    )
    assert counted.dated_on_receipt
