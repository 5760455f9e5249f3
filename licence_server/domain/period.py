"""The period of a report: whole days, both ends included, either end open."""

from dataclasses import dataclass
from datetime import date

from licence_server.domain import dates
from licence_server.domain.errors import Invalid


@dataclass(frozen=True)
class Period:
    """first, last: whole days, both included; None where the period is open."""

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise Invalid("period_invalid", "The period ends before it begins.", {"to": "lies before from"})
        for name, day in (("from", self.first), ("to", self.last)):
            if day is not None and not date(2000, 1, 1) <= day <= dates.LAST_DAY:
                raise Invalid("period_invalid", f"{name} is no day that can be reported on.", {name: "out of range"})


ALL_TIME = Period()
