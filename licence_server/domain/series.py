"""What a series over time counts by. The published form knows months alone: see domain/months.py."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from licence_server.domain import months, weeks


class By(StrEnum):
    """A step of a series is named by its first day, whole or not."""

    MONTH = "month"
    WEEK = "week"

    def first_day(self, day: date) -> date:
        """The first day of the step that a day lies in."""
        return weeks.week_of(day) if self is By.WEEK else months.month_of(day)

    def last_day(self, day: date) -> date:
        """The last day of the step that a day lies in."""
        first = self.first_day(day)
        return weeks.last_day(first) if self is By.WEEK else months.last_day(first)

    def between(self, first: date, last: date) -> Iterator[date]:
        """Every step from that of one day to that of another, both included."""
        step = self.first_day(first)
        while step <= last:
            yield step
            step = self.last_day(step) + timedelta(days=1)

    def key(self, day: date) -> str:
        """The step of a day: `2026-03` or `2026-W10`."""
        return weeks.key(weeks.week_of(day)) if self is By.WEEK else f"{day:%Y-%m}"

    def parse(self, key: str) -> date:
        """The step of a key. Raises Invalid."""
        return weeks.parse(key) if self is By.WEEK else months.parse(key)

    def short(self, first: date) -> str:
        """A step for a narrow column: `Mar 2026`, or the first day of a week, `2 Mar 2026`."""
        month = f"{first:%b} {first.year}"
        return f"{first.day} {month}" if self is By.WEEK else month

    def in_words(self, first: date, last: date, today: date) -> str:
        """The days of a step in words, and that they are not the whole of it, or not over, where that is so."""
        words = weeks.title(first, last) if self is By.WEEK else months.title(months.month_of(first))
        if (first, last) != (self.first_day(first), self.last_day(first)):
            return f"{words} (in part)"
        return words + (" (so far)" if last >= today else "")
