"""How values are written on the pages: days and moments in the service's zone, numbers, plain words."""

from datetime import date, datetime, timedelta

from jinja2 import Environment

from licence_server.web import runtime


def day(value: date | None) -> str:
    """2 March 2026, of the service's zone."""
    if value is None:
        return "never"
    if isinstance(value, datetime):
        value = value.astimezone(runtime().timezone).date()
    return f"{value.day} {value:%B %Y}"


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


def number(value: int | float | None) -> str:
    """12,345; a dash for what is not known."""
    return "–" if value is None else f"{value:,}"


def words(value: str) -> str:
    """licensing_officer: Licensing officer."""
    text = value.replace("_", " ")
    return text[:1].upper() + text[1:]


def add_filters(environment: Environment) -> None:
    """Give these to the templates of an environment."""
    environment.filters.update(day=day, last_day=last_day, month=month, moment=moment, number=number, words=words)
