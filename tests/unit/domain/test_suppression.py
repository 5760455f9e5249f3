"""No suppressed figure can be worked out: not from one table, nor from all of them together."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licence_server.domain.errors import Conflict
from licence_server.domain.published_form import form_of
from licence_server.domain.published_months import FIELD, MonthCounts, PublishedMonths, Use
from licence_server.domain.suppression import Publication
from tests.support.reader import reader_of

SECTORS = ("Retail", "Sector not given", "Transport")


def tables(draw_int, months: int, sectors: int, items: int) -> list[MonthCounts]:  # type: ignore[no-untyped-def]
    """Tables that could be true, most numbers small. draw_int(low, high)."""
    ever, activated, granted, installed, result = dict.fromkeys(SECTORS[:sectors], 0), 0, 0, 0, []
    for _ in range(months):
        uses = {}
        for sector, before in ever.items():
            here = max(0, draw_int(-1, draw_int(1, 5)))
            ever[sector] = before + draw_int(max(0, here - before), here)
            # As many alike as can be: what is equal is what links give away.
            sessions = here + max(0, draw_int(-2, 2)) if here else 0
            attendances = sessions + max(0, draw_int(-3, 6)) if here else 0
            uses[sector] = Use(attendances, sessions, here, ever[sector])
        activated = max(activated, sum(ever.values())) + draw_int(0, 2)
        granted = max(granted, activated) + draw_int(0, 2)
        installed = max(installed, activated) + draw_int(0, 2)
        silent = draw_int(0, installed)
        declined = draw_int(0, min(2, installed - silent))
        held = sum(use.sessions for use in uses.values())
        plays = {f"film-{number}": draw_int(0, held) for number in range(items)}
        field = dict(zip(FIELD, (granted, activated, installed - silent - declined, silent, declined), strict=True))
        result.append(MonthCounts(uses, plays, draw_int(0, 8), field))
    return result


@st.composite
def some_months(draw: st.DrawFn) -> list[MonthCounts]:
    seed, months, sectors, items = (draw(st.integers(*bounds)) for bounds in ((0, 2**32), (1, 4), (1, 3), (0, 2)))
    return tables(random.Random(seed).randint, months, sectors, items)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(some_months())
def test_a_reader_with_a_solver_recovers_no_suppressed_figure(months: list[MonthCounts]) -> None:
    assert reader_of(months).recoverable() == []


def test_the_solver_finds_what_rounding_alone_gives_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same reader succeeds where nothing is withheld: the test above can fail."""
    monkeypatch.setattr(Publication, "_protect", lambda _: None)
    given_away = [reader_of(tables(random.Random(seed).randint, 2, 3, 1)).recoverable() for seed in range(20)]
    assert sum(map(bool, given_away)) >= 3


def test_the_solver_finds_what_linked_measures_give_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """So it does where each measure is made safe alone, as if readers did not know how they hang together."""
    monkeypatch.setattr(PublishedMonths, "_links", lambda *_: iter(()))
    given_away = [reader_of(tables(random.Random(seed).randint, 2, 3, 1)).recoverable() for seed in (36, 51)]
    assert all(given_away)


def test_two_small_counts_under_a_total_of_ten_are_not_both_four() -> None:
    months = [MonthCounts({"A": Use(4, 1, 1, 1), "B": Use(4, 1, 1, 1)}, {}, 0, dict.fromkeys(FIELD, 9))]
    published = PublishedMonths(months)
    assert published.cell("attendances", "A", 0).shown == "fewer than 5"
    assert published.cell("attendances", None, 0).shown == "not shown"


def test_four_ones_under_a_small_total_are_not_shown_as_such() -> None:
    uses = {name: Use(1, 1, 1, 1) for name in "ABCD"}
    published = PublishedMonths([MonthCounts(uses, {}, 0, dict.fromkeys(FIELD, 9))])
    assert published.cell("attendances", None, 0).shown == "not shown"


def test_what_cannot_be_made_safe_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licence_server.domain.suppression.find_witness", lambda *_: None)
    with pytest.raises(Conflict) as refused:
        PublishedMonths([MonthCounts({"A": Use(3, 2, 1, 1)}, {}, 0, dict.fromkeys(FIELD, 9))])
    assert refused.value.code == "not_publishable"


def test_a_wrong_witness_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guarantee rests on the check, not on the search."""
    wrong = {("attendances", "A", 0): 5}
    monkeypatch.setattr("licence_server.domain.suppression.find_witness", lambda *_: (wrong, frozenset()))
    with pytest.raises(Conflict):
        PublishedMonths([MonthCounts({"A": Use(3, 2, 1, 1)}, {}, 0, dict.fromkeys(FIELD, 9))])


def test_what_was_published_stays_as_it_was() -> None:
    months = tables(random.Random(7).randint, 6, 3, 2)
    early, late = PublishedMonths(months[:4]), PublishedMonths(months)
    for measure in ("attendances", "sessions", "organisations"):
        for sector in (*SECTORS, None):
            for month in range(4):
                assert early.cell(measure, sector, month) == late.cell(measure, sector, month)
                assert early.to_date(measure, sector, month) == late.to_date(measure, sector, month)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, 0), (1, "fewer than 5"), (4, "fewer than 5"), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (1003, 1005)],
)
def test_published_forms(count: int, shown: int | str) -> None:
    assert form_of(count).shown == shown
    assert form_of(count).admits(count)


def test_a_form_admits_exactly_the_counts_that_take_it() -> None:
    for count in range(60):
        assert [n for n in range(70) if form_of(n) == form_of(count)] == [
            n for n in range(70) if form_of(count).admits(n)
        ]


def test_large_tables_keep_nearly_all_their_totals() -> None:
    """What is withheld is little where there is something to hide behind."""
    draw = random.Random(1)
    months = []
    ever = dict.fromkeys((f"sector {number:02}" for number in range(15)), 0)
    for _ in range(6):
        uses = {}
        for sector in ever:
            here = draw.choice((0, 1, 3, 12, 40))
            ever[sector] = max(ever[sector], here)
            uses[sector] = Use(here * draw.randint(4, 30), here * draw.randint(1, 2), here, ever[sector])
        field = dict(zip(FIELD, (900, 800, 700, 90, 10), strict=True))
        months.append(MonthCounts(uses, {"film-1": 40}, 100, field))
    published = PublishedMonths(months)
    for measure in ("attendances", "sessions", "organisations"):
        assert all(isinstance(published.cell(measure, None, month).shown, int) for month in range(6))
        assert isinstance(published.to_date(measure, None, 5).shown, int)
