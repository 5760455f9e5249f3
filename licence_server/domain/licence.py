"""The life of a licence.

* The word that counts is the first of: revoked, suspended, expired, pending, active.
* Revocation is final; suspension is reversible; both stand beside the dates and do not change them.
* A trial's days run from its first activation to the midnight that ends the last of them, so a trial
  that nobody has begun has no end yet.
* A licence without `trial_days` and without an end runs until it is revoked.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from licence_server.domain import dates
from licence_server.domain.errors import Invalid

TRIAL_DAYS = 183
MAX_DAYS = 36_500
MAX_SEATS = 1_000_000


class Status(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Kind(StrEnum):
    TRIAL = "trial"
    FULL = "full"


class Dated(Protocol):
    """What the rules look at."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def suspended_at(self) -> datetime | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class LicenceTerms:
    """What a licence allows. Days are whole days; `seat_limit` None means unlimited."""

    seat_limit: int | None = None
    lease_days: int = 30
    grace_days: int = 30
    check_in_days: int = 30

    def __post_init__(self) -> None:
        errors = {
            name: f"must lie between {low} and {MAX_DAYS}"
            for name, low in (("lease_days", 1), ("grace_days", 0), ("check_in_days", 1))
            if not low <= getattr(self, name) <= MAX_DAYS
        }
        if self.seat_limit is not None and not 1 <= self.seat_limit <= MAX_SEATS:
            errors["seat_limit"] = f"must lie between 1 and {MAX_SEATS}"
        if errors:
            raise Invalid("terms_invalid", "; ".join(f"{name} {text}" for name, text in errors.items()), errors)


def status(licence: Dated, now: datetime) -> Status:
    """The status of a licence at a moment."""
    if licence.revoked_at is not None:
        return Status.REVOKED
    if licence.suspended_at is not None:
        return Status.SUSPENDED
    if licence.ends_at is not None and now >= licence.ends_at:
        return Status.EXPIRED
    if now < licence.starts_at:
        return Status.PENDING
    return Status.ACTIVE


def trial_end(first_activation: datetime, days: int, timezone: ZoneInfo) -> datetime:
    """When a trial begun at `first_activation` ends: the day of activation is the first of its days."""
    first = dates.day_of(first_activation, timezone)
    return dates.end_of(min(first + timedelta(days=days - 1), dates.LAST_DAY), timezone)


def period_of_grant(
    *,
    kind: Kind,
    first: date | None,
    trial_days: int | None,
    until: date | None,
    now: datetime,
    timezone: ZoneInfo,
) -> tuple[datetime, datetime | None, int | None]:
    """(starts_at, ends_at, trial_days) of a new licence.

    Raises Invalid: both an end and a number of days, an end before the start or in the past, days out of
    bounds.
    """
    if trial_days is not None and until is not None:
        raise Invalid("period_invalid", "Give either trial days or an end, not both.", {"until": "not with trial_days"})
    if trial_days is not None and not 1 <= trial_days <= MAX_DAYS:
        text = f"must lie between 1 and {MAX_DAYS}"
        raise Invalid("period_invalid", f"trial_days {text}.", {"trial_days": text})
    starts_at = now if first is None else dates.start_of(_usable(first, "from"), timezone)
    if until is not None:
        ends_at = dates.end_of(_usable(until, "until"), timezone)
        if ends_at <= max(starts_at, now):
            text = "must not lie before the start, nor in the past"
            raise Invalid("period_invalid", f"The end {until} {text}.", {"until": text})
        return starts_at, ends_at, None
    if trial_days is None and kind is Kind.TRIAL:
        trial_days = TRIAL_DAYS
    return starts_at, None, trial_days


def extended_end(licence: Dated, until: date, now: datetime, timezone: ZoneInfo) -> datetime:
    """The new end of a licence. Raises Invalid where it is no later than the end it has, or past."""
    ends_at = dates.end_of(_usable(until, "until"), timezone)
    if ends_at <= max(now, licence.starts_at) or (licence.ends_at is not None and ends_at <= licence.ends_at):
        text = "must lie in the future and after the present end"
        raise Invalid("extension_invalid", f"The new end {until} {text}.", {"until": text})
    return ends_at


def _usable(day: date, field: str) -> date:
    if not date(2000, 1, 1) <= day <= date(9999, 12, 29):
        text = "must lie between 2000-01-01 and 9999-12-29"
        raise Invalid("period_invalid", f"{field} {text}.", {field: text})
    return day
