"""A witness where the search finds none: raise what is new until all that readers know holds again.

* Only numbers of the newest instalment are raised, so nothing that was published before it breaks.
* Where something readers know to be at most something else is more, that something else is raised. No number is
  at most itself by way of others, so this comes to an end.
* The figures of the newest instalment that no longer fit are withheld, if need be every one of them.

So every instalment can be made safe as long as what readers know bounds a new number from below, or by other new
numbers of the same kind, and never from above by what is published already. `published_months` sees to that.
"""

from collections.abc import Sequence, Set
from math import ceil

from licence_server.domain.disclosure import Knowledge, Move, Variable

# Far more than a table has links that could break one after the other.
_ROUNDS = 10_000


def raise_witness(
    knowledge: Knowledge, place: int, seeds: Sequence[Move], new: Set[Variable]
) -> tuple[Move, frozenset[int]] | None:
    """A witness for the constraint at `place` with the constraints to withhold, of those that weigh least.

    seeds: moves to begin with, beside one step up or down of each of its new variables.
    """
    terms = knowledge.constraints[place].terms
    steps = [{variable: step} for variable, _ in terms if variable in new for step in (1, -1)]
    found = [_raised(knowledge, place, start, new) for start in (*seeds, *steps)]
    return min(filter(None, found), key=lambda one: _weight(knowledge, one[1]), default=None)


def _raised(knowledge: Knowledge, place: int, start: Move, new: Set[Variable]) -> tuple[Move, frozenset[int]] | None:
    move = dict(start)
    for _ in range(_ROUNDS):
        changes = knowledge.changes(move)
        broken = frozenset(at for at in changes if knowledge.excess(at, changes))
        fixed = min((at for at in broken if knowledge.constraints[at].weight is None), default=None)
        if fixed is None:
            safe = changes.get(place) and knowledge.remain(changes, broken)
            return (move, broken) if safe else None
        greater = [
            (variable, -factor)
            for variable, factor in knowledge.constraints[fixed].terms
            if factor < 0 and variable in new
        ]
        if not greater:
            return None
        variable, factor = min(greater, key=lambda term: knowledge.ties(term[0]))
        move[variable] = move.get(variable, 0) + ceil(knowledge.excess(fixed, changes) / factor)
    return None


def _weight(knowledge: Knowledge, places: Set[int]) -> int:
    return sum(knowledge.constraints[place].weight or 0 for place in places)
