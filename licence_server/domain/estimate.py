"""The range that the total of attendances could lie in.

* The lower end is what was counted: attendances that came in did happen.
* The upper end adds what could have happened unseen: the time that installations have not reported on, at the
  rate of busy reporters; and each report known to be missing, as a session of a busy reporter.
* A busy reporter's rate: of organisations with a session and at least two weeks reported on, the attendances
  per installation and month, at the upper quartile, or their mean where that is higher. A sector with twenty of
  them has its own rate; the others share that of all.
* Where nobody reports there is no rate, and no upper end.

It is an assumption, and said as one, that those we do not hear from used the kit no more than busy reporters do.
Without it nothing above the count is certain: the bounds of Manski, *Partial Identification of Probability
Distributions* (Springer, 2003), chapter 1, have no upper end where a count has none. Rates within classes in place
of the unknown are weighting-class non-response adjustment: Lohr, *Sampling: Design and Analysis* (3rd edition,
Chapman and Hall/CRC, 2021), chapter 8; a quartile in place of the class mean makes it cautious.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import quantiles
from typing import NamedTuple

DAYS_OF_A_MONTH = 365.25 / 12
MIN_DAYS = 14
MIN_REPORTERS = 20


class Reporter(NamedTuple):
    """One organisation in a period. days: of installations, added up. missing: report numbers never received."""

    sector: str | None
    attendances: int
    sessions: int
    known_days: float
    unknown_days: float
    missing: int


@dataclass(frozen=True)
class Range:
    """lower: counted. upper: None where nothing can be said. reporters: how many the rates rest on."""

    lower: int
    upper: int | None
    unknown_months: float
    missing_reports: int
    monthly_rate: float | None
    per_session: float | None
    reporters: int
    own_rates: int


class _Rates(NamedTuple):
    daily: float
    per_session: float


def range_of(organisations: Sequence[Reporter]) -> Range:
    """Where the total of attendances of these organisations could lie."""
    busy = [each for each in organisations if each.sessions and each.known_days >= MIN_DAYS]
    by_sector: dict[str | None, list[Reporter]] = defaultdict(list)
    for each in busy:
        by_sector[each.sector].append(each)
    own = {sector: _rates(members) for sector, members in by_sector.items() if len(members) >= MIN_REPORTERS}
    shared = _rates(busy) if busy else None
    lower = sum(each.attendances for each in organisations)
    unknown_days = sum(each.unknown_days for each in organisations)
    missing = sum(each.missing for each in organisations)
    upper = lower if shared is not None or not (unknown_days or missing) else None
    if shared is not None:
        unseen = 0.0
        for each in organisations:
            rates = own.get(each.sector, shared)
            unseen += each.unknown_days * rates.daily + each.missing * rates.per_session
        upper = lower + ceil(unseen)
    return Range(
        lower,
        upper,
        round(unknown_days / DAYS_OF_A_MONTH, 1),
        missing,
        round(shared.daily * DAYS_OF_A_MONTH, 2) if shared else None,
        round(shared.per_session, 2) if shared else None,
        len(busy),
        len(own),
    )


def _rates(busy: Sequence[Reporter]) -> _Rates:
    attendances = sum(each.attendances for each in busy)
    daily = attendances / sum(each.known_days for each in busy)
    per_session = attendances / sum(each.sessions for each in busy)
    return _Rates(
        max(daily, _upper_quartile([each.attendances / each.known_days for each in busy])),
        max(per_session, _upper_quartile([each.attendances / each.sessions for each in busy])),
    )


def _upper_quartile(values: list[float]) -> float:
    return quantiles(values, n=4, method="inclusive")[2] if len(values) > 1 else values[0]
