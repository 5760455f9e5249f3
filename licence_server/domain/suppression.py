"""Publish counts so that no small one can be worked out.

* Every count takes its published form (`published_form`): 0, "fewer than 5", a multiple of 5.
* What is published comes in instalments, one a month, and stays published: each instalment is made safe
  against everything in it and everything before it, together. So neither overlapping periods ("the trial up
  to May" and "up to June") nor an older copy of the report give a suppressed cell away.
* For each "fewer than 5" and each "not shown" a witness is kept: another table that fits everything published
  and has another number there (`disclosure`). Where there is none, figures of the newest instalment are
  withheld until there is, those first whose loss weighs least; a figure withheld is protected by the very
  witness it was withheld for. Where the search finds nothing, `last_resort` withholds more and always does.
* What is no count but could tell one to the last one is an exact figure: it counts as known to readers, or is not
  told.
* The order of the search is fixed: the same table is published in the same form, always.

This is secondary cell suppression on top of rounding, checked from the reader's side: Hundepool et al.,
*Statistical Disclosure Control* (Wiley, 2012), chapters 4 and 5; Willenborg and de Waal, *Elements of Statistical
Disclosure Control* (Springer, 2001). Not covered: what a reader already knows of single businesses,
guesses from why this figure and not that one was withheld, and late reports, which change a table between two
publications.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from licence_server.domain.disclosure import Constraint, Knowledge, Move, Variable, find_witness
from licence_server.domain.errors import Conflict
from licence_server.domain.last_resort import raise_witness
from licence_server.domain.published_form import WITHHELD, Form, form_of

Name = Hashable

NOT_PUBLISHABLE = Conflict("not_publishable", "These figures cannot be published without telling a small number.")


@dataclass(frozen=True)
class Figure:
    """One figure to publish: the sum of some variables. weight: what is lost if it is withheld.

    exact: it is not published itself; something else that is would tell it to the last one.
    """

    name: Name
    members: tuple[Variable, ...]
    weight: int
    exact: bool = False


@dataclass(frozen=True)
class Link:
    """What every reader knows to hold: the sum of factor times variable is not above 0."""

    terms: tuple[tuple[Variable, int], ...]


class Publication:
    """What has been published so far."""

    def __init__(self) -> None:
        self._knowledge = Knowledge()
        self._forms: list[Form | None] = []
        self._places: dict[Name, int | None] = {}
        self._by_members: dict[tuple[frozenset[Variable], bool], int] = {}
        self._witnesses: dict[int, Move] = {}
        self._new: set[Variable] = set()

    def add(self, values: Mapping[Variable, int], figures: Iterable[Figure], links: Iterable[Link] = ()) -> None:
        """Publish an instalment. values: of the variables that are new in it. Raises Conflict.

        A link that does not hold of the true table is left out: nobody can rely on it.
        """
        self._new = {variable for variable, value in values.items() if value and variable not in self._knowledge.values}
        self._knowledge.values.update(values)
        for figure in figures:
            self._add_figure(figure)
        for link in links:
            if sum(factor * self._knowledge.values[variable] for variable, factor in link.terms) <= 0:
                self._knowledge.add(Constraint(link.terms, None, 0))
                self._forms.append(None)
        self._protect()
        for constraint in self._knowledge.constraints:
            constraint.weight = None

    def form(self, name: Name) -> Form:
        """The published form of a figure."""
        place = self._places[name]
        return (self._forms[place] if place is not None else None) or form_of(0)

    def may_tell(self, name: Name) -> bool:
        """Whether an exact figure may be told: everything is safe from readers who know it."""
        place = self._places[name]
        return place is None or self._forms[place] is not None

    def _add_figure(self, figure: Figure) -> None:
        # Zeros are known, so a sum with one member that is not zero is that member, and published as it is.
        members = frozenset(member for member in figure.members if self._knowledge.values[member])
        if not members:
            self._places[figure.name] = None
            return
        key = members, figure.exact
        if key not in self._by_members:
            terms = [(member, 1) for member in figure.members if member in members]
            total = sum(self._knowledge.values[member] for member in members)
            form = Form(total, total, total) if figure.exact else form_of(total)
            constraint = Constraint(terms, form.lowest, form.highest, weight=figure.weight)
            self._by_members[key] = self._knowledge.add(constraint)
            self._forms.append(form)
        self._places[figure.name] = self._by_members[key]

    def _protect(self) -> None:
        kept = [move for move in _distinct(self._witnesses.values()) if self._knowledge.fits(move)]
        earlier, self._witnesses = self._witnesses, {}
        for move in kept:
            self._credit(move)
        for place, form in enumerate(self._forms):
            if form is None or not form.is_protected or place in self._witnesses:
                continue
            seeds = [earlier[place]] if place in earlier else []
            found = find_witness(self._knowledge, place, seeds)
            found = found or raise_witness(self._knowledge, place, seeds, self._new)
            if found is None:
                raise NOT_PUBLISHABLE
            move, withheld = found
            for other in withheld:
                self._withhold(other)
            self._credit(move)
        # The guarantee, checked whatever the search did.
        for place, form in enumerate(self._forms):
            if form is None or not form.is_protected:
                continue
            if not self._knowledge.is_witness(self._witnesses.get(place, {}), place):
                raise NOT_PUBLISHABLE

    def _credit(self, move: Move) -> None:
        """A table that fits is a witness for every figure in which it differs."""
        for place, change in self._knowledge.changes(move).items():
            if change:
                self._witnesses.setdefault(place, move)

    def _withhold(self, place: int) -> None:
        constraint, form = self._knowledge.constraints[place], self._forms[place]
        exact = form is not None and form.lowest == form.highest
        self._forms[place] = None if exact else WITHHELD
        constraint.lowest, constraint.highest = (None, None) if exact else (WITHHELD.lowest, WITHHELD.highest)


def _distinct(moves: Iterable[Move]) -> list[Move]:
    return list({id(move): move for move in moves}.values())
