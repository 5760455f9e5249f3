"""No suppressed figure can be worked out: not from one table, nor from all of them together."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licence_server.domain.errors import Conflict
from licence_server.domain.published_form import WITHHELD, form_of
from licence_server.domain.published_months import FIELD, MonthCounts, PublishedMonths, Use
from licence_server.domain.suppression import Publication
from tests.support.counted_trial import counted_trial
from tests.support.reader import reader_of

SECTORS = ("Retail", "Sector not given", "Transport")


def tables(  # type: ignore[no-untyped-def]
    draw_int, months: int, sectors: int, items: int, *, most: int = 5, feedback: int = 8
) -> list[MonthCounts]:
    """Tables that could be true, most numbers small. draw_int(low, high). most: organisations of a sector."""
    ever, activated, granted, installed, result = dict.fromkeys(SECTORS[:sectors], 0), 0, 0, 0, []
    for _ in range(months):
        uses = {}
        for sector, before in ever.items():
            here = max(0, draw_int(-1, draw_int(1, most)))
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
        result.append(MonthCounts(uses, plays, draw_int(0, feedback), field))
    return result


@st.composite
def some_months(draw: st.DrawFn) -> list[MonthCounts]:
    seed, months, sectors, items = (draw(st.integers(*bounds)) for bounds in ((0, 2**32), (1, 4), (1, 3), (0, 2)))
    most, feedback = draw(st.sampled_from((5, 25))), draw(st.sampled_from((8, 40)))
    return tables(random.Random(seed).randint, months, sectors, items, most=most, feedback=feedback)


# What it runs the others run too, and tracing it takes half as long again.
@pytest.mark.no_cover
@settings(max_examples=40, deadline=None, derandomize=True)
@given(some_months())
def test_a_reader_with_a_solver_recovers_no_suppressed_figure(months: list[MonthCounts]) -> None:
    reader = reader_of(months)
    assert reader.recoverable() == []
    assert reader.lies == []


def of_some_size(seed: int) -> list[MonthCounts]:
    """Three months in which a range and a mean have enough behind them, beside small counts."""
    return tables(random.Random(seed).randint, 3, 3, 1, most=25, feedback=30)


def test_a_range_and_a_mean_are_shown_where_they_tell_no_suppressed_figure() -> None:
    told = []
    for seed in (2, 8, 14, 30):
        reader = reader_of(of_some_size(seed))
        assert reader.recoverable() == []
        told += reader.told
    assert {"range", "mean"} <= set(told)


def test_the_solver_finds_what_a_range_would_tell_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """So it does where a range is shown as soon as there are enough organisations behind it."""
    monkeypatch.setattr(Publication, "may_tell", lambda *_: True)
    given_away = {name[0] for seed in (7, 12) for name in reader_of(of_some_size(seed)).recoverable()}
    assert {"attendances", "reporting", "silent"} <= given_away


def given(*feedback: int) -> list[MonthCounts]:
    """Months in which nothing but feedback came."""
    return [MonthCounts({}, {}, count, dict.fromkeys(FIELD, 9)) for count in feedback]


def test_the_solver_finds_what_a_mean_would_tell_of_the_next_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """36 ratings, then one: "35" to date is 33 to 37, so whoever knows of the 36 knows of the one."""
    reader = reader_of(given(36, 1))
    assert reader.told == ["mean", "mean"]
    assert reader.recoverable() == []
    figures = PublishedMonths._figures
    monkeypatch.setattr(PublishedMonths, "_figures", lambda *_: (each for each in figures(*_) if not each.exact))
    monkeypatch.setattr(Publication, "may_tell", lambda *_: True)
    assert reader_of(given(36, 1)).recoverable() == [("feedback", None, 1)]


@pytest.mark.parametrize("low", [3, 8, 13, 18])
def test_what_is_shown_beside_a_count_goes_by_its_published_form(low: int) -> None:
    """Whether a mean or a range is there says no more of a count than its published form does."""
    counts = [count for count in range(low, low + 5) if form_of(count) == form_of(low)]
    field = dict(zip(FIELD, (90, 80, 80, 20, 20), strict=True))
    months = [[MonthCounts({"A": Use(300, 60, count, count)}, {}, count, field)] for count in counts]
    told = [PublishedMonths(month) for month in months]
    for read in (PublishedMonths.tells_mean, PublishedMonths.tells_range):
        assert {read(each, 0, to_date=to_date) for each in told for to_date in (False, True)} == {low >= 13}


def test_the_solver_finds_what_rounding_alone_gives_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same reader succeeds where nothing is withheld: the test above can fail."""
    monkeypatch.setattr(Publication, "_protect", lambda _: None)
    given_away = [reader_of(tables(random.Random(seed).randint, 2, 3, 1)).recoverable() for seed in (0, 10, 11, 12)]
    assert all(given_away)


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


# What it runs the others run too, and tracing it takes twice as long again.
@pytest.mark.no_cover
def test_no_trial_is_refused() -> None:
    for seed in range(14, 18):
        PublishedMonths(counted_trial(seed, 200, 6, 20))


def test_without_the_last_resort_a_trial_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licence_server.domain.suppression.raise_witness", lambda *_: None)
    with pytest.raises(Conflict) as refused:
        PublishedMonths(counted_trial(24, 200, 6, 20))
    assert refused.value.code == "not_publishable"


def test_the_last_resort_alone_makes_everything_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were there no search at all, more would be withheld and nothing refused or given away."""
    monkeypatch.setattr("licence_server.domain.suppression.find_witness", lambda *_: None)
    for seed in range(20):
        PublishedMonths(tables(random.Random(seed).randint, 6, 3, 2))
    for seed in range(6):
        assert reader_of(tables(random.Random(seed).randint, 3, 3, 1)).recoverable() == []


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


def test_at_least_is_never_above_the_count() -> None:
    assert all(form_of(count).at_least <= count for count in range(60))
    assert [form_of(count).at_least for count in (0, 1, 4, 5, 7, 8, 12, 13, 128)] == [0, 1, 1, 5, 5, 5, 5, 10, 125]
    assert WITHHELD.at_least == 1


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
