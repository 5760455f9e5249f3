"""Seats.

* An installation holds its seat until its lease and grace have ended, or it is released or revoked.
* Whoever holds a seat keeps it; whoever does not takes one only where one is free: there is never a seat
  too many.
* A seat about to lapse is treated as one to be taken anew, so that a slow request cannot keep a seat that
  another request has just seen as free.
"""

from datetime import datetime, timedelta

SAFETY = timedelta(minutes=5)


def holds_seat(seat_until: datetime | None, now: datetime) -> bool:
    """Whether an installation holds a seat at a moment."""
    return seat_until is not None and seat_until > now


def holds_seat_safely(seat_until: datetime | None, now: datetime) -> bool:
    """Whether it holds one without any doubt, so that no count of seats is needed."""
    return seat_until is not None and seat_until > now + SAFETY


def seat_free(seat_limit: int | None, held_by_others: int) -> bool:
    """Whether one more installation may hold a seat."""
    return seat_limit is None or held_by_others < seat_limit
