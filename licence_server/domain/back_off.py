"""How long to wait after failed attempts: longer each time, never for good.

A permanent lock would let anybody lock the team out (OWASP Authentication Cheat Sheet); a wait that doubles
makes guessing hopeless all the same: after the tenth failure a guesser has four tries an hour.

* Failures are counted by what is guessed at and by the place they come from, so that nobody elsewhere makes
  its owner wait.
* After many failures from wherever, somebody guesses from many places: from then on a place waits longest from
  its first failure on. A place without a failure never waits, so the owner still gets in at once.
"""

from datetime import timedelta

FREE = 4
FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=15)
MANY = 100


def wait_after(failures: int, everywhere: int = 0) -> timedelta:
    """The wait before the next attempt from a place, given how many have failed in a row there and everywhere."""
    if everywhere >= MANY and failures > 0:
        return LONGEST
    if failures <= FREE:
        return timedelta(0)
    doublings = min(failures - FREE - 1, 16)
    return min(FIRST * (1 << doublings), LONGEST)
