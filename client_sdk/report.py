"""Usage reports: one session, or one piece of feedback; and the bounds the contract sets them.

* 1 <= attendee_count <= 5000, and 1 in individual study; 0 <= seconds <= 86400; rating 1 to 5; a comment
  has at most 2000 characters; a session at most 100 items, an item id at most 64 characters.
* Several plays of one item in a session are one line: seconds add up, completed once is completed.
* Text carries no NUL and no lone surrogate, which no server could store.
* A bound broken is a mistake of the embedding program and raises InvalidArgument.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from client_sdk.errors import InvalidArgument

Report = dict[str, Any]

MODES = ("workshop", "individual")
MAX_ATTENDEES = 5000
MAX_SECONDS = 86_400
MAX_ITEMS = 100
MAX_ITEM_ID = 64
MAX_COMMENT = 2000


def check_mode(mode: str) -> str:
    """A mode of session. Raises InvalidArgument."""
    if mode not in MODES:
        raise InvalidArgument(f"mode is 'workshop' or 'individual', not {mode!r}")
    return mode


def check_attendee_count(count: int | None, mode: str) -> int:
    """The headcount for a mode; individual study always has one. Raises InvalidArgument."""
    if mode == "individual":
        if count is not None and (type(count) is not int or count != 1):
            raise InvalidArgument("attendee_count is 1 in individual study")
        return 1
    if type(count) is not int or not 1 <= count <= MAX_ATTENDEES:
        raise InvalidArgument(f"attendee_count is a whole number from 1 to {MAX_ATTENDEES}, not {count!r}")
    return count


def play(item: str, seconds: float, completed: bool) -> Report:
    """One play of an item. Raises InvalidArgument."""
    if not isinstance(completed, bool):
        raise InvalidArgument("completed is True or False")
    return {"item": check_item(item), "seconds": check_seconds("seconds", seconds), "completed": completed}


def plays(given: Iterable[tuple[str, float, bool]]) -> list[Report]:
    """Plays of a session, each (item, seconds, completed). Raises InvalidArgument."""
    played = [play(*one) for one in given]
    if len({one["item"] for one in played}) > MAX_ITEMS:
        raise too_many_items()
    return played


def total(played: Iterable[Report]) -> int:
    """Seconds played altogether, as far as a session goes."""
    return min(MAX_SECONDS, sum(int(one["seconds"]) for one in played))


def check_seconds(name: str, seconds: float) -> int:
    """A length of time, in whole seconds. Raises InvalidArgument."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not isfinite(seconds):
        raise InvalidArgument(f"{name} is a number")
    if not 0 <= seconds <= MAX_SECONDS:
        raise InvalidArgument(f"{name} lies between 0 and {MAX_SECONDS}")
    return round(seconds)


def check_item(item: str) -> str:
    """An item id. Raises InvalidArgument."""
    if not isinstance(item, str) or not 1 <= len(item) <= MAX_ITEM_ID or not _is_storable(item):
        raise InvalidArgument(f"item is the id of an item: 1 to {MAX_ITEM_ID} characters")
    return item


def too_many_items() -> InvalidArgument:
    """The error for a session of more items than a report holds."""
    return InvalidArgument(f"a session has at most {MAX_ITEMS} items")


def merge(plays: Iterable[Report]) -> list[Report]:
    """One line for each item, in the order of their first plays."""
    items: dict[str, Report] = {}
    for one in plays:
        known = items.setdefault(one["item"], {"item": one["item"], "seconds": 0, "completed": False})
        known["seconds"] = min(MAX_SECONDS, known["seconds"] + one["seconds"])
        known["completed"] = known["completed"] or one["completed"]
    return list(items.values())


def session(
    session_id: str, mode: str, started_at: str, duration: float, attendee_count: int, plays: Iterable[Report]
) -> Report:
    """The report of a session, its `seq` still to come. duration: seconds."""
    return {
        "id": session_id,
        "type": "session",
        "mode": mode,
        "started_at": started_at,
        "duration_seconds": max(0, min(MAX_SECONDS, round(duration))),
        "attendee_count": attendee_count,
        "items": merge(plays),
    }


def feedback(report_id: str, given_at: str, rating: int, item: str | None, comment: str | None) -> Report:
    """The report of a piece of feedback, its `seq` still to come. Raises InvalidArgument."""
    if type(rating) is not int or not 1 <= rating <= 5:
        raise InvalidArgument(f"rating is a whole number from 1 to 5, not {rating!r}")
    text = "" if comment is None else comment
    if not isinstance(text, str) or len(text) > MAX_COMMENT or not _is_storable(text):
        raise InvalidArgument(f"comment is a text of at most {MAX_COMMENT} characters")
    return {
        "id": report_id,
        "type": "feedback",
        "given_at": given_at,
        "rating": rating,
        "item": None if item is None else check_item(item),
        "comment": text,
    }


def written(moment: float) -> str:
    """A moment (seconds since 1970) in RFC 3339, UTC; a clock beyond the calendar is taken to its end."""
    bounded = max(0.0, min(moment, 253_402_300_799.0))
    return datetime.fromtimestamp(bounded, UTC).isoformat(timespec="milliseconds")


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= symbol <= "\udfff" for symbol in text)
