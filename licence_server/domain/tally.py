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

    def add_report(self, report: Session | Feedback, day: date) -> None:
        """Count one accepted report on its day."""
        if isinstance(report, Session):
            self.add_session(report.mode, report.duration_seconds, report.attendee_count, report.items, day)
        else:
            self.add_feedback(report.rating, day)

    def add_session(
        self, mode: str, duration_seconds: int, attendee_count: int, uses: Iterable[ItemUse], day: date
    ) -> None:
        usage, items = self.usage, self.items
        usage[day, f"{mode}_sessions"] += 1
        usage[day, "attendances"] += attendee_count
        usage[day, "session_seconds"] += duration_seconds
        completed: dict[str, bool] = {}
        for use in uses:
            item = use.item
            completed[item] = completed.get(item, False) or use.completed
            items[item, day, "seconds"] += use.seconds
        for item, done in completed.items():
            items[item, day, "plays"] += 1
            items[item, day, "completions"] += done

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
