"""ISO weeks, Monday to Sunday, each named by its Monday. They are for the team alone: nothing is published by week."""

from datetime import date, timedelta

from licence_server.domain.dates import in_words
from licence_server.domain.errors import Invalid

Week = date
"""The Monday of a week."""


def week_of(day: date) -> Week:
    return day - timedelta(days=day.weekday())


def last_day(week: Week) -> date:
    """Its Sunday."""
    return week + timedelta(days=6)


def key(week: Week) -> str:
    """`2026-W10`. The year is that of the week's Thursday, as ISO 8601 has it."""
    year, number, _ = week.isocalendar()
    return f"{year}-W{number:02}"


def parse(text: str) -> Week:
    """`2026-W10`. Raises Invalid."""
    try:
        return date.fromisoformat(f"{text}-1")
    except ValueError:
        raise Invalid("period_invalid", f"{text!r} is not a week like 2026-W10.", {"week": "not a week"}) from None


def title(first: date, last: date) -> str:
    """The days of a week, or of a part of one: `2 to 8 March 2026`."""
    if first == last:
        return in_words(first)
    if first.year != last.year:
        return f"{in_words(first)} to {in_words(last)}"
    begin = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"{begin} to {in_words(last)}"
