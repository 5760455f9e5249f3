"""What a reader of everything published can work out, and whether a figure is safe from that.

A reader knows, of whole numbers that are hidden from them, the ranges that published sums stand for and some
inequalities that hold for every table ("no more sessions than attendances"). A figure is safe if another
table, in which that figure differs, fits all of it. Such a table is a *witness*. To find one takes a search;
to check one takes an addition, so safety rests on the check alone.

The search changes one number by 1 and mends what that breaks: another number of the same sum moves the other
way, or the sum itself is withheld. It tries what promises to cost least first, and soon contents itself.
"""

import heapq
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

Variable = Hashable
Move = Mapping[Variable, int]
"""How a table differs from the true one."""

# Where the search stops and begins to withhold. Larger numbers keep a few more totals and take longer.
_TRIES = 120
_STEPS = 8
_BREADTH = 10


@dataclass
class Constraint:
    """A sum of variables that lies between two numbers.

    weight: what is lost if it is withheld; None where it cannot be any more.
    """

    terms: Sequence[tuple[Variable, int]]
    lowest: int | None
    highest: int | None
    total: int = 0
    weight: int | None = None

    def excess(self, change: int) -> int:
        """By how much a change leads out of the range: above it positive, below it negative."""
        value = self.total + change
        if self.highest is not None and value > self.highest:
            return value - self.highest
        if self.lowest is not None and value < self.lowest:
            return value - self.lowest
        return 0


class Knowledge:
    """Everything a reader knows, beside the numbers that are hidden from them."""

    def __init__(self) -> None:
        self.values: dict[Variable, int] = {}
        self.constraints: list[Constraint] = []
        self._of: dict[Variable, list[tuple[int, int]]] = defaultdict(list)

    def add(self, constraint: Constraint) -> int:
        """Learn a constraint on known variables; its place is returned."""
        constraint.total = sum(factor * self.values[variable] for variable, factor in constraint.terms)
        place = len(self.constraints)
        self.constraints.append(constraint)
        for variable, factor in constraint.terms:
            self._of[variable].append((place, factor))
        return place

    def of(self, variable: Variable) -> Sequence[tuple[int, int]]:
        """The constraints that a variable is in, each with its factor there."""
        return self._of[variable]

    def ties(self, variable: Variable) -> int:
        """In how many constraints a variable is."""
        return len(self._of[variable])

    def changes(self, move: Move) -> dict[int, int]:
        """By how much a move changes the constraints it touches."""
        changes: dict[int, int] = defaultdict(int)
        for variable, amount in move.items():
            for place, factor in self._of[variable]:
                changes[place] += factor * amount
        return dict(changes)

    def excess(self, place: int, changes: Mapping[int, int]) -> int:
        """By how much changes lead out of a constraint."""
        return self.constraints[place].excess(changes.get(place, 0))

    def fits(self, move: Move) -> bool:
        """Whether the moved table fits all that is known."""
        changes = self.changes(move)
        return not any(self.excess(place, changes) for place in changes)

    def is_witness(self, move: Move, place: int) -> bool:
        """Whether the moved table fits, with another value at `place`."""
        return bool(self.changes(move).get(place)) and self.fits(move)

    def remain(self, changes: Mapping[int, int], places: Iterable[int]) -> bool:
        """Whether sums stay above 0: a reader knows of what is withheld that it is not nothing."""
        return all(self.constraints[place].total + changes.get(place, 0) >= 1 for place in places)


@dataclass(frozen=True)
class _State:
    """A move on the way to become a witness. broken: what is neither mended nor withheld yet."""

    move: dict[Variable, int]
    changes: dict[int, int]
    broken: frozenset[int]
    withheld: frozenset[int]
    cost: int

    @property
    def key(self) -> tuple[frozenset[tuple[Variable, int]], frozenset[int]]:
        return frozenset(self.move.items()), self.withheld


def find_witness(knowledge: Knowledge, place: int, seeds: Sequence[Move]) -> tuple[Move, frozenset[int]] | None:
    """A witness for the constraint at `place`, and the constraints to withhold so that it is one.

    seeds: moves to begin with, beside one step up or down of each of its variables.
    """
    steps = [
        {variable: step}
        for variable, _ in knowledge.constraints[place].terms
        if knowledge.values[variable]
        for step in (1, -1)
    ]
    starts = [_state(knowledge, dict(move)) for move in (*seeds, *steps)]
    return _search(knowledge, place, starts, sparing=True) or _search(knowledge, place, starts, sparing=False)


def _search(
    knowledge: Knowledge, place: int, starts: Sequence[_State], *, sparing: bool
) -> tuple[Move, frozenset[int]] | None:
    """The most promising first. sparing: rather mend than withhold; else mend only what cannot be withheld."""
    queue = [(_promise(knowledge, state), number, state) for number, state in enumerate(starts)]
    heapq.heapify(queue)
    number, seen = len(queue), {state.key for state in starts}
    for _ in range(_TRIES if sparing else 100 * _TRIES):
        if not queue:
            return None
        state = heapq.heappop(queue)[2]
        if not state.broken:
            needed = frozenset(place for place in state.withheld if knowledge.excess(place, state.changes))
            if state.changes.get(place) and knowledge.remain(state.changes, needed):
                return state.move, needed
            continue
        for further in _ways_on(knowledge, state, sparing):
            if further.key not in seen:
                seen.add(further.key)
                number += 1
                heapq.heappush(queue, (_promise(knowledge, further), number, further))
    return None


def _state(knowledge: Knowledge, move: dict[Variable, int]) -> _State:
    changes = knowledge.changes(move)
    broken = frozenset(place for place in changes if knowledge.excess(place, changes))
    return _State(move, changes, broken, frozenset(), len(move))


def _promise(knowledge: Knowledge, state: _State) -> int:
    """What the state has cost, and a guess of what is still to come: low is good."""
    return state.cost + sum(3 if knowledge.constraints[place].weight is None else 2 for place in state.broken)


def _ways_on(knowledge: Knowledge, state: _State, sparing: bool) -> Iterator[_State]:
    """Ways to deal with one broken constraint, with that first which leaves least choice."""
    constraints = knowledge.constraints
    place = min(state.broken, key=lambda at: (constraints[at].weight is not None, len(constraints[at].terms), at))
    weight = constraints[place].weight
    if weight is not None and knowledge.remain(state.changes, (place,)):
        withheld = state.withheld | {place}
        yield replace(state, broken=state.broken - {place}, withheld=withheld, cost=state.cost + 4 * weight)
        if not sparing:
            return
    if len(state.move) < _STEPS or not sparing:
        for variable, step in _repairs(knowledge, state, place):
            yield _stepped(knowledge, state, variable, step)


def _repairs(knowledge: Knowledge, state: _State, place: int) -> list[tuple[Variable, int]]:
    """Steps of one that lessen an excess, the freest variables first. A zero is known to be zero and stays."""
    excess = knowledge.excess(place, state.changes)
    steps = [
        (variable, -1 if (factor > 0) == (excess > 0) else 1)
        for variable, factor in knowledge.constraints[place].terms
        if variable not in state.move and knowledge.values[variable]
    ]
    return heapq.nsmallest(_BREADTH, steps, key=lambda step: knowledge.ties(step[0]))


def _stepped(knowledge: Knowledge, state: _State, variable: Variable, step: int) -> _State:
    changes, broken = dict(state.changes), set(state.broken)
    for place, factor in knowledge.of(variable):
        changes[place] = changes.get(place, 0) + factor * step
        if not knowledge.excess(place, changes):
            broken.discard(place)
        elif place not in state.withheld:
            broken.add(place)
    return _State({**state.move, variable: step}, changes, frozenset(broken), state.withheld, state.cost + 1)
