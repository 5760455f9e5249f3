"""How values are written on the pages: days and moments in the service's zone, numbers, plain words."""

from datetime import date, datetime, timedelta
from typing import Any

from jinja2 import Environment

from licence_server.console.kit_choices import kit_name
from licence_server.domain import dates
from licence_server.domain.audit_difference import Change
from licence_server.web import runtime


def day(value: date | None) -> str:
    """2 March 2026, of the service's zone."""
    if value is None:
        return "never"
    if isinstance(value, datetime):
        value = value.astimezone(runtime().timezone).date()
    return dates.in_words(value)


def last_day(value: datetime) -> str:
    """The day that a moment ends: a licence that ends at midnight ends with the day before."""
    return day(value - timedelta(seconds=1))


def month(value: date) -> str:
    """March 2026."""
    return f"{value:%B %Y}"


def moment(value: datetime | None) -> str:
    """2 March 2026, 14:05, of the service's zone."""
    if value is None:
        return "never"
    local = value.astimezone(runtime().timezone)
    return f"{local.day} {local:%B %Y, %H:%M}"


def moment_of(text: str) -> str:
    """The same, of a moment in ISO 8601; of a day alone, which has no hour and no zone, the day."""
    return moment(datetime.fromisoformat(text)) if "T" in text else day(date.fromisoformat(text))


def number(value: int | float | None) -> str:
    """12,345; a dash for what is not known."""
    return "–" if value is None else f"{value:,}"


def words(value: str) -> str:
    """licensing_officer: Licensing officer."""
    text = value.replace("_", " ").replace("api key", "API key")
    return text[:1].upper() + text[1:]


def short_id(value: object) -> str:
    """The end of an id: ids made in the same minutes begin alike, but end at random."""
    return str(value)[-12:]


def fours(value: str) -> str:
    """A key as people type it, in groups of four."""
    return " ".join(value[start : start + 4] for start in range(0, len(value), 4))


def value(found: Any) -> str:
    """A value of the audit log."""
    if found is None or found == "":
        return "nothing"
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, int | float):
        return str(found)
    if isinstance(found, list):
        return ", ".join(map(value, found)) or "nothing"
    if isinstance(found, dict):
        return ", ".join(f"{name}: {value(member)}" for name, member in found.items()) or "nothing"
    try:
        # Moments alone are long enough for one and carry a zone; a name can look like a day.
        return moment(datetime.fromisoformat(found)) if len(found) > 18 and "+" in found else str(found)
    except ValueError:
        return str(found)


def changed(change: Change) -> str:
    """Seat limit from 5 to 10."""
    name = words(change.field)
    if change.is_hidden:
        return f"{name} (kept as a hash)"
    if change.before is None:
        return f"{name}: {value(change.after)}"
    if change.after is None:
        return f"{name}: was {value(change.before)}, now nothing"
    return f"{name}: from {value(change.before)} to {value(change.after)}"


def add_filters(environment: Environment) -> None:
    """Give these to the templates of an environment."""
    filters = (day, last_day, month, moment, moment_of, number, words, short_id, fours, kit_name, value, changed)
    environment.filters.update({function.__name__: function for function in filters})
