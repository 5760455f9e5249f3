"""A small model of licences, installations and reports, for the state machine to hold the server against."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
LEASE, GRACE, CHECK_IN = 5, 2, 4


def day_of(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=LONDON)


@dataclass
class Licence:
    """view, token: how the server knows it."""

    view: Any
    token: str
    organisation: int
    seats: int
    days: int
    ends_at: datetime | None = None
    suspended: bool = False
    revoked: bool = False

    def refusal(self, now: datetime) -> str | None:
        if self.revoked:
            return "licence_revoked"
        if self.suspended:
            return "licence_suspended"
        return "licence_expired" if self.ends_at is not None and now >= self.ends_at else None


@dataclass
class Kit:
    """installed: how the server knows it."""

    installed: Any
    licence: Licence
    seat_until: datetime | None = None
    released: bool = False
    revoked: bool = False
    synced: datetime | None = None
    outbox: list[dict[str, Any]] = field(default_factory=list)
    seq: int = 0

    def holds_seat(self, now: datetime) -> bool:
        return self.seat_until is not None and self.seat_until > now and not self.released and not self.revoked

    def renew(self, now: datetime) -> None:
        if self.licence.ends_at is None:
            self.licence.ends_at = midnight_after(day_of(now) + timedelta(days=self.licence.days - 1))
        self.seat_until = min(now + timedelta(days=LEASE + GRACE), self.licence.ends_at)


@dataclass
class Model:
    """counted: accepted reports by id, with the `day` each counts on."""

    licences: list[Licence] = field(default_factory=list)
    kits: list[Kit] = field(default_factory=list)
    counted: dict[str, dict[str, Any]] = field(default_factory=dict)
    duplicates: int = 0

    def seats_held(self, licence: Licence, now: datetime, but: Kit | None = None) -> int:
        return sum(1 for kit in self.kits if kit is not but and kit.licence is licence and kit.holds_seat(now))

    def activation_refusal(self, licence: Licence, kit: Kit | None, now: datetime) -> str | None:
        if kit is not None and kit.licence.organisation != licence.organisation:
            return "installation_elsewhere"
        if kit is not None and kit.revoked:
            return "installation_revoked"
        holds = kit is not None and kit.licence is licence and kit.holds_seat(now)
        full = not holds and self.seats_held(licence, now, but=kit) >= licence.seats
        return licence.refusal(now) or ("seat_limit_reached" if full else None)

    def verdict(self, kit: Kit, now: datetime) -> str:
        if kit.revoked:
            return "installation_revoked"
        if kit.released:
            return "installation_released"
        full = not kit.holds_seat(now) and self.seats_held(kit.licence, now, but=kit) >= kit.licence.seats
        return kit.licence.refusal(now) or ("seat_limit_reached" if full else "active")

    def figures(self, now: datetime) -> dict[str, Any]:
        """What the report must say."""
        modes = Counter(one["mode"] for one in self.counted.values())
        since = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=CHECK_IN)
        reporting = sum(1 for kit in self.kits if kit.synced is not None and kit.synced >= since)
        return {
            "workshop": modes["workshop"],
            "individual": modes["individual"],
            "attendances": sum(one["attendee_count"] for one in self.counted.values()),
            "distinct_learners": len({one["learner"] for one in self.counted.values() if "learner" in one}),
            "accepted": len(self.counted),
            "duplicates": self.duplicates,
            "installations": [len(self.kits), reporting, len(self.kits) - reporting],
            "activated": len({kit.licence.organisation for kit in self.kits}),
        }
