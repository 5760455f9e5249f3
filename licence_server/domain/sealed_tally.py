"""What stays of reports whose raw rows are removed: one organisation's use of one kit, as text.

    {"usage": [[day, measure, amount], …], "items": [[item id, day, measure, amount], …],
     "receipts": [[day, measure, amount], …], "learners": [[hash, day], …]}

* Everything is sorted, so that the same reports always make the same text.
* `learners` are those whose first day is among the removed reports: their first days could not be proved
  otherwise. It says no more than the table of learners does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from licence_server.domain.audit_chain import canonical
from licence_server.domain.tally import Tally


@dataclass(frozen=True)
class SealedTally:
    """first_days: of learners, by their keyed hash."""

    tally: Tally
    first_days: Mapping[bytes, date]


def write(sealed: SealedTally) -> str:
    """The text that is kept."""
    tally = sealed.tally
    return canonical(
        {
            "usage": sorted([day.isoformat(), measure, n] for (day, measure), n in tally.usage.items() if n),
            "items": sorted(
                [item, day.isoformat(), measure, n] for (item, day, measure), n in tally.items.items() if n
            ),
            "receipts": sorted([day.isoformat(), measure, n] for (day, measure), n in tally.receipts.items() if n),
            "learners": sorted([learner.hex(), day.isoformat()] for learner, day in sealed.first_days.items()),
        }
    )


def read(text: str) -> SealedTally:
    """What a text says. Raises ValueError, KeyError or TypeError where it is not one of ours."""
    document, tally = json.loads(text), Tally()
    for day, measure, amount in document["usage"]:
        tally.usage[date.fromisoformat(day), measure] += amount
    for item, day, measure, amount in document["items"]:
        tally.items[item, date.fromisoformat(day), measure] += amount
    for day, measure, amount in document["receipts"]:
        tally.receipts[date.fromisoformat(day), measure] += amount
    first_days = {bytes.fromhex(learner): date.fromisoformat(day) for learner, day in document["learners"]}
    return SealedTally(tally, first_days)


def add(whole: Tally, part: Tally) -> None:
    """Add one tally to another."""
    whole.usage.update(part.usage)
    whole.items.update(part.items)
    whole.receipts.update(part.receipts)
