"""Dates of a lease, and when one may be handed out again.

* A lease runs `lease_days`, its grace `grace_days` more; neither outlives the licence.
* `nbf` lies 24 h before `iat`: a PC that is a little slow is not locked out.
* A lease signed within the last hour is handed out again unchanged while nothing about the licence has
  changed, so that a kit that syncs often costs no write.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

EARLY = timedelta(hours=24)
REUSE = timedelta(hours=1)
NO_END = datetime(9999, 12, 31, tzinfo=UTC)


class Lasting(Protocol):
    """How long a lease runs, in whole days."""

    @property
    def lease_days(self) -> int: ...
    @property
    def grace_days(self) -> int: ...


@dataclass(frozen=True)
class LeaseDates:
    """Moments of one lease, in whole seconds."""

    issued_at: datetime
    not_before: datetime
    expires_at: datetime
    grace_until: datetime


def lease_dates(issued_at: datetime, lasting: Lasting, licence_ends_at: datetime | None) -> LeaseDates:
    """The dates of a lease signed at `issued_at`."""
    issued_at = issued_at.replace(microsecond=0)
    limit = licence_ends_at or NO_END
    expires_at = _until(issued_at, lasting.lease_days, limit)
    return LeaseDates(
        issued_at=issued_at,
        not_before=issued_at - EARLY,
        expires_at=expires_at,
        grace_until=_until(expires_at, lasting.grace_days, limit),
    )


def may_reuse(issued_at: datetime | None, changed_at: datetime, now: datetime) -> bool:
    """Whether the lease signed at `issued_at` still says what a new one would."""
    return issued_at is not None and changed_at < issued_at <= now < issued_at + REUSE


def _until(start: datetime, days: int, limit: datetime) -> datetime:
    try:
        return min(start + timedelta(days=days), limit)
    except OverflowError:
        return limit
