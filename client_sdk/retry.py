"""When to try again.

* Automatic attempts back off: 1, 2, 4 … minutes up to 6 hours, each between half and the whole of it, so
  that a server coming back is not met by every kit at once.
* `Retry-After` (RFC 9110, section 10.2.3; seconds or an HTTP-date) is honoured by every sync, up to a day: a
  portal must not silence a kit for ever.
* A moment lying further ahead than it can have been set is void: the clock was put back since.
"""

from email.utils import parsedate_to_datetime

FIRST = 60.0
LONGEST = 6 * 3600.0
MOST_OBEYED = 24 * 3600.0


def backoff(failures: int, jitter: float) -> float:
    """Seconds to wait after so many failures in a row. jitter: 0 to 1."""
    whole = min(LONGEST, FIRST * 2.0 ** min(max(failures, 1) - 1, 20))
    return whole * (0.5 + jitter / 2)


def asked_wait(value: str | None, date: str | None, now: float) -> float | None:
    """Seconds a Retry-After header asks for. date: the Date header beside it; now: for want of one."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return min(float(value.strip()[:9]), MOST_OBEYED)
    until = _moment(value)
    if until is None:
        return None
    base = _moment(date) if date is not None else None
    return max(0.0, min(until - (now if base is None else base), MOST_OBEYED))


def must_wait(until: float, now: float, longest: float) -> bool:
    """Whether `until` is still to come, and can be meant."""
    return now < until <= now + longest


def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
