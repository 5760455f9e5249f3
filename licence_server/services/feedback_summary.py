"""What feedback says on the whole: how many, the mean, how the ratings are spread, and the same for each item.

Counted from the raw reports, by the same filter as the list beside it; once retention has removed reports, the
figures of the whole trial are those of the report.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, func, select

from licence_server.models import Kit, KitItem, UsageReport
from licence_server.services.feedback import FeedbackFilter, conditions
from licence_server.services.runtime import Runtime

RATINGS = (5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Spread:
    """ratings: how often each was given."""

    ratings: Mapping[int, int]

    @property
    def count(self) -> int:
        return sum(self.ratings.values())

    @property
    def mean(self) -> float | None:
        total = sum(rating * count for rating, count in self.ratings.items())
        return round(total / self.count, 2) if self.count else None

    def share(self, rating: int) -> int:
        """In per cent."""
        return round(100 * self.ratings.get(rating, 0) / self.count) if self.count else 0


@dataclass
class About:
    """What was rated. title: of the item, or None for the kit as a whole."""

    kit: str
    title: str | None
    ratings: Counter[int] = field(default_factory=Counter)

    @property
    def spread(self) -> Spread:
        return Spread(self.ratings)


@dataclass(frozen=True)
class Summary:
    """whole: all of it. parts: each kit as a whole, then its items in their order."""

    whole: Spread
    parts: list[About]


def summarise(runtime: Runtime, wanted: FeedbackFilter) -> Summary:
    """The figures of what a filter shows."""
    query = (
        select(Kit.id, Kit.name, KitItem.position, UsageReport.item_id, KitItem.title, UsageReport.rating, func.count())
        .select_from(UsageReport)
        .join(Kit, Kit.id == UsageReport.kit_id)
        .outerjoin(KitItem, and_(KitItem.kit_id == UsageReport.kit_id, KitItem.item_id == UsageReport.item_id))
        .where(*conditions(wanted))
        .group_by(Kit.id, Kit.name, KitItem.position, UsageReport.item_id, KitItem.title, UsageReport.rating)
    )
    whole: Counter[int] = Counter()
    parts: dict[tuple[str, int, str], About] = {}
    with runtime.database.reading() as session:
        rows: Iterable[Any] = session.execute(query)
        for kit_id, kit, position, item_id, title, rating, count in rows:
            place = (kit_id, -1 if position is None else position, item_id or "")
            parts.setdefault(place, About(kit, title or item_id)).ratings[rating] += count
            whole[rating] += count
    return Summary(Spread(whole), [parts[place] for place in sorted(parts)])
