"""How reports travel from a PC: at once or late, once or twice, in their order or not.

* Half of those that arrive do so a week or more after the session. An outbox keeps its order, so whatever is
  behind a late report is late with it.
* One in a hundred is overtaken by its neighbour: one went by network, the other by hand.
* One batch in twenty is sent twice: its answer was lost.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

# Together with those that wait behind a late one these make a half, and one in a hundred; see `awkwardness`.
_LATE = 0.455
_SWAPPED = 0.026
_TWICE = 0.05


class Leaving(NamedTuple):
    """quiet_from: the day from which nothing leaves any more. outage_day: what would leave then leaves a day later."""

    quiet_from: int
    outage_day: int


def leave(
    dice: random.Random, made: Sequence[int | None], limits: Leaving
) -> tuple[list[tuple[int, list[int]]], set[int]]:
    """Days with the positions of the reports that leave on them, and the days whose batch is sent twice.

    made: the day of each report, in the order of the outbox; None where it is lost on the PC.
    """
    days: dict[int, int] = {}
    latest = 0
    for position, day in enumerate(made):
        if day is None:
            continue
        late = dice.randrange(7, 40) if dice.random() < _LATE else dice.randrange(0, 7)
        latest = max(latest, day + late)
        days[position] = _served(latest, limits)
    order = sorted(days)
    for first, second in zip(order[::2], order[1::2], strict=False):
        if dice.random() < _SWAPPED:
            # The second leaves before the first, though not before it was made.
            at = order.index(first)
            order[at : at + 2] = second, first
            days[first], days[second] = days[second], _served(max(days[first], made[second] or 0), limits)
    batches: dict[int, list[int]] = {}
    for position in order:
        if days[position] < limits.quiet_from:
            batches.setdefault(days[position], []).append(position)
    return sorted(batches.items()), {day for day in sorted(batches) if dice.random() < _TWICE}


def _served(day: int, limits: Leaving) -> int:
    return day + (day == limits.outage_day)
