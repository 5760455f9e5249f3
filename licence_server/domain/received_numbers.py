"""The sequence numbers an installation's reports have carried.

* Numbers count up from 1; those never received are *missing*.
* Kept as closed intervals, written `1-17,19`: nearly always one interval, whatever the volume.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable


class ReceivedNumbers:
    """A set of positive whole numbers, cheap where they are dense."""

    def __init__(self, written: str = "") -> None:
        self._spans: list[tuple[int, int]] = []
        for part in written.split(",") if written else ():
            first, _, last = part.partition("-")
            self._spans.append((int(first), int(last or first)))

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._spans, (number, float("inf"))) - 1
        return place >= 0 and number <= self._spans[place][1]

    def has_any(self, numbers: Collection[int]) -> bool:
        """Whether any of some numbers is among them."""
        if not numbers or not self._spans or min(numbers) > self._spans[-1][1]:
            return False
        return any(number in self for number in numbers)

    def __str__(self) -> str:
        return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in self._spans)

    def add_all(self, numbers: Iterable[int]) -> None:
        """Add numbers, merging neighbours into one interval."""
        spans = sorted([*self._spans, *_spans(set(numbers))])
        merged: list[tuple[int, int]] = []
        for first, last in spans:
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        self._spans = merged

    @property
    def missing(self) -> int:
        """How many numbers below the highest were never received."""
        highest = self._spans[-1][1] if self._spans else 0
        return highest - sum(last - first + 1 for first, last in self._spans)


def _spans(numbers: set[int]) -> list[tuple[int, int]]:
    """Intervals that hold just these numbers: one, where none is missing between them."""
    if numbers and max(numbers) - min(numbers) + 1 == len(numbers):
        return [(min(numbers), max(numbers))]
    return [(number, number) for number in numbers]
