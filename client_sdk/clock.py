"""Reckoning time on a PC whose clock may be wrong.

* Time is local time plus the offset learnt from the server's last answer; before the first answer, plain
  local time.
* Reports are timed by that reckoning. Where it deserves no trust (no answer yet, or the clock was put back),
  the report remembers the offset it was timed with, and is sent with a `sent_at` of the same clock: the
  server sees the difference to its own and shifts both alike.
* A clock known to differ by more than five minutes, or put back since, may have been corrected meanwhile:
  before reports are sent, an exchange without any learns the offset anew.
"""

from typing import NamedTuple

from client_sdk import standing

ASTRAY = 300.0


class Reckoning(NamedTuple):
    """local: the PC's clock; offset: learnt or None; highest: latest time reckoned. Seconds."""

    local: float
    offset: float | None
    highest: float

    @property
    def now(self) -> float:
        """The time, as well as it is known."""
        return self.local + (self.offset or 0.0)

    @property
    def is_trusted(self) -> bool:
        """Whether reports may be timed by it without a reservation."""
        return self.offset is not None and not standing.is_put_back(self.now, self.highest)

    @property
    def clock(self) -> float | None:
        """What a report timed now has to remember: see outbox.Entry."""
        return None if self.is_trusted else self.offset or 0.0

    @property
    def must_learn(self) -> bool:
        """Whether the offset has to be learnt anew before reports are sent."""
        return self.offset is None or abs(self.offset) > ASTRAY or self.now < self.highest - ASTRAY


def sent_at(reckoning: Reckoning, clock: float | None) -> float:
    """The time of sending, by the clock that timed the reports."""
    return reckoning.now if clock is None else reckoning.local + clock
