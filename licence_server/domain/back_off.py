"""How long to wait after failed attempts: longer each time, never for good.

A permanent lock would let anybody lock the team out (OWASP Authentication Cheat Sheet); a wait that doubles
makes guessing hopeless all the same: after the tenth failure a guesser has four tries an hour.
"""

from datetime import timedelta

FREE = 4
FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=15)


def wait_after(failures: int) -> timedelta:
    """The wait before the next attempt, given how many have failed in a row."""
    if failures <= FREE:
        return timedelta(0)
    doublings = min(failures - FREE - 1, 16)
    return min(FIRST * (1 << doublings), LONGEST)
