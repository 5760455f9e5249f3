"""When a report counts as having happened.

* A difference of more than five minutes between `sent_at` and receipt is the PC's clock being wrong: the
  whole batch is shifted by it. A message carried by hand is naturally late, so it shifts only when
  `sent_at` lies after receipt.
* What then still lies more than 24 h before the installation's activation, or 24 h ahead of now, is
  counted on the day it was received: people were in the room, whatever the PC thought.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from licence_server.domain import dates

TOLERANCE = timedelta(minutes=5)
SLACK = timedelta(hours=24)


@dataclass(frozen=True)
class CountedTime:
    """counted_at: the moment decided on. dated_on_receipt: whether it is the moment of receipt."""

    counted_at: datetime
    dated_on_receipt: bool


def clock_shift(sent_at: datetime, received_at: datetime, *, carried: bool = False) -> timedelta:
    """What to add to every time in a batch."""
    difference = received_at - sent_at
    if carried:
        return difference if difference < timedelta(0) else timedelta(0)
    return difference if abs(difference) > TOLERANCE else timedelta(0)


def counted_time(
    happened_at: datetime, shift: timedelta, *, activated_at: datetime, received_at: datetime
) -> CountedTime:
    """The moment a report counts at, from the PC's own time of it."""
    moment = dates.shifted(dates.to_utc(happened_at), shift)
    if earliest_counted(activated_at) <= moment <= latest_counted(received_at):
        return CountedTime(moment, False)
    return CountedTime(received_at, True)


def earliest_counted(activated_at: datetime) -> datetime:
    """What happened before this counts on the day it was received."""
    return activated_at - SLACK


def latest_counted(received_at: datetime) -> datetime:
    """What happened after this counts on the day it was received."""
    return received_at + SLACK
