"""Days and moments.

* A moment is an aware datetime in UTC; a day is a calendar day in the service's TIMEZONE.
* A day begins at its local midnight; `--until DATE` is inclusive, so it means the midnight that ends it.
* PCs think strange things about time: every conversion here takes any moment a PC can send.
"""

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
LAST_DAY = date(9999, 12, 30)


def start_of(day: date, timezone: ZoneInfo) -> datetime:
    """The midnight that begins a day."""
    return datetime.combine(day, time.min, tzinfo=timezone).astimezone(UTC)


def end_of(day: date, timezone: ZoneInfo) -> datetime:
    """The midnight that ends a day."""
    return start_of(day + timedelta(days=1), timezone)


def day_of(moment: datetime, timezone: ZoneInfo) -> date:
    """The local calendar day of a moment."""
    return moment.astimezone(timezone).date()


def in_words(day: date) -> str:
    """2 March 2026."""
    return f"{day.day} {day:%B %Y}"


def written(moment: datetime, timespec: str = "auto") -> str:
    """ISO 8601 in UTC with a Z, as everything but the pages has it. timespec: as `isoformat` takes it."""
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def to_hour(moment: datetime) -> datetime:
    """A moment without its minutes: as much as we keep of the time of a sync."""
    return moment.replace(minute=0, second=0, microsecond=0)


def to_utc(moment: datetime) -> datetime:
    """An aware moment in UTC, held within what every database and calendar can carry."""
    if _is_ordinary(moment):
        return moment.astimezone(UTC)
    try:
        return min(max(moment.astimezone(UTC), EARLIEST), LATEST)
    except OverflowError:
        return EARLIEST if moment.year < 5000 else LATEST


def shifted(moment: datetime, by: timedelta) -> datetime:
    """`moment + by`, held within what a calendar can carry. `moment` is in UTC."""
    if not by and _is_ordinary(moment):
        return moment
    try:
        return min(max(moment + by, EARLIEST), LATEST)
    except OverflowError:
        return EARLIEST if by < timedelta(0) else LATEST


def _is_ordinary(moment: datetime) -> bool:
    """Whether no time zone can bring it to the ends of the calendar."""
    return MINYEAR + 1 < moment.year < MAXYEAR
