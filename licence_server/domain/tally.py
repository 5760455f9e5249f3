"""Counting: what one report adds to the totals.

* A session belongs to the day it started.
* `attendances` is the sum of `attendee_count`; nobody calls it people.
* `plays` counts (session, item) pairs: an item named twice in one session was played in one session.
  It is completed there if any of its entries says so; seconds add up.
* Reports accepted, rejected, repeated or dated on receipt go by the day of receipt.

A Tally is used twice: to build the totals as reports arrive, and to recount them from the raw reports.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from licence_server.domain.usage_report import Feedback, ItemUse, Session

USAGE_MEASURES = (
    "workshop_sessions",
    "individual_sessions",
    "attendances",
    "session_seconds",
    "distinct_learners",
    "feedback_count",
    "rating_sum",
)
_OF_SESSIONS = USAGE_MEASURES[:4]
ITEM_MEASURES = ("plays", "completions", "seconds")
RECEIPT_MEASURES = ("accepted", "rejected", "duplicates", "dated_on_receipt")


@dataclass
class Tally:
    """Sums of one organisation's use of one kit.

    usage: (day, measure) to amount. items: (item id, day, measure) to amount. receipts: (day of receipt,
    measure) to amount. Amounts may be negative where a count moves to another day.
    """

    usage: Counter[tuple[date, str]] = field(default_factory=Counter)
    items: Counter[tuple[str, date, str]] = field(default_factory=Counter)
    receipts: Counter[tuple[date, str]] = field(default_factory=Counter)

    def add_reports(self, dated: Iterable[tuple[Session | Feedback, date]]) -> None:
        """Count accepted reports, each on its day."""
        sessions = _Sessions()
        for report, day in dated:
            if isinstance(report, Session):
                sessions.add(report.mode, report.duration_seconds, report.attendee_count, report.items, day)
            else:
                self.add_feedback(report.rating, day)
        sessions.count(self)

    def add_session(
        self, mode: str, duration_seconds: int, attendee_count: int, uses: Iterable[ItemUse], day: date
    ) -> None:
        sessions = _Sessions()
        sessions.add(mode, duration_seconds, attendee_count, uses, day)
        sessions.count(self)

    def add(self, other: "Tally") -> None:
        """Add what another has counted."""
        self.usage.update(other.usage)
        self.items.update(other.items)
        self.receipts.update(other.receipts)

    def add_feedback(self, rating: int, day: date) -> None:
        self.usage[day, "feedback_count"] += 1
        self.usage[day, "rating_sum"] += rating

    def move_learner(self, before: date | None, after: date) -> None:
        """A learner's first day becomes known, or becomes an earlier one."""
        if before is not None:
            self.usage[before, "distinct_learners"] -= 1
        self.usage[after, "distinct_learners"] += 1


class _Sessions:
    """Sessions on their way into a tally, which is slow to count the same few things of each: by day, and by item and
    day, the amounts of `_OF_SESSIONS` and `ITEM_MEASURES` in their order."""

    __slots__ = ("_days", "_items")

    def __init__(self) -> None:
        self._days: dict[date, list[int]] = {}
        self._items: dict[tuple[str, date], list[int]] = {}

    def add(self, mode: str, duration_seconds: int, attendee_count: int, uses: Iterable[ItemUse], day: date) -> None:
        sums = self._days.get(day)
        if sums is None:
            sums = self._days[day] = [0, 0, 0, 0]
        sums[0 if mode == "workshop" else 1] += 1
        sums[2] += attendee_count
        sums[3] += duration_seconds
        completed: dict[str, bool] = {}
        for use in uses:
            item, is_completed = use.item, use.completed
            amounts = self._items.get((item, day))
            if amounts is None:
                amounts = self._items[item, day] = [0, 0, 0]
            before = completed.get(item)
            if before is None:
                amounts[0] += 1
            if is_completed and not before:
                amounts[1] += 1
            completed[item] = is_completed or bool(before)
            amounts[2] += use.seconds

    def count(self, tally: Tally) -> None:
        """Add them to a tally."""
        for day, sums in self._days.items():
            for measure, amount in zip(_OF_SESSIONS, sums, strict=True):
                if amount:
                    tally.usage[day, measure] += amount
        for (item, day), amounts in self._items.items():
            for measure, amount in zip(ITEM_MEASURES, amounts, strict=True):
                if amount:
                    tally.items[item, day, measure] += amount
