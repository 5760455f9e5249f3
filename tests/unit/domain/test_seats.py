"""Seats: held until lease and grace end, taken only where one is free."""

from datetime import UTC, datetime, timedelta

from licence_server.domain import seats

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def test_a_seat_is_held_until_its_last_moment() -> None:
    assert not seats.holds_seat(None, NOW)
    assert not seats.holds_seat(NOW, NOW)
    assert seats.holds_seat(NOW + TICK, NOW)


def test_a_seat_about_to_lapse_is_not_held_beyond_doubt() -> None:
    assert not seats.holds_seat_safely(None, NOW)
    assert not seats.holds_seat_safely(NOW + seats.SAFETY, NOW)
    assert seats.holds_seat_safely(NOW + seats.SAFETY + TICK, NOW)


def test_one_more_may_sit_down_only_below_the_limit() -> None:
    assert [seats.seat_free(2, held) for held in (0, 1, 2, 3)] == [True, True, False, False]
    assert seats.seat_free(None, 1_000_000)
