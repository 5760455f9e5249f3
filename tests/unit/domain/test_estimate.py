"""The range contains the truth, in a field that goes quiet, reports late and loses reports."""

import random

import pytest

from licence_server.domain.estimate import Range, Reporter, range_of

DAYS = 183


def field(seed: int) -> tuple[int, Range]:
    """The true attendances of a trial, and the range told from what came in by its last day.

    One installation in ten never reports again after some day; half of all syncs come a week or more after the
    session; two reports in a hundred are lost.
    """
    draw = random.Random(seed)
    truth, organisations = 0, []
    for _ in range(300):
        # Some businesses train a lot and most a little.
        sessions_a_day = draw.lognormvariate(-4, 0.8)
        sector = draw.choice(("Retail", "Transport", "Care", None))
        seen = sessions = missing = 0
        known = unknown = 0.0
        for _ in range(draw.randint(1, 4)):
            start = draw.uniform(0, 60)
            quiet_from = draw.uniform(start, DAYS) if draw.random() < 0.1 else DAYS
            last_sync, day, held = start, start, []
            while (day := day + draw.expovariate(sessions_a_day)) < DAYS:
                people = draw.randint(2, 30)
                truth += people
                synced = day + (draw.uniform(7, 40) if draw.random() < 0.5 else draw.uniform(0, 7))
                held.append((day, people, synced))
                if synced < quiet_from:
                    last_sync = max(last_sync, synced)
            for day, people, _ in held:
                if day > last_sync:
                    continue
                if draw.random() < 0.02:
                    missing += 1
                else:
                    seen, sessions = seen + people, sessions + 1
            known, unknown = known + last_sync - start, unknown + DAYS - last_sync
        organisations.append(Reporter(sector, seen, sessions, known, unknown, missing))
    return truth, range_of(organisations)


@pytest.mark.parametrize("seed", range(20))
def test_the_range_contains_the_truth(seed: int) -> None:
    truth, told = field(seed)
    assert told.upper is not None
    assert told.lower < truth <= told.upper
    # Wide enough to be honest, and not so wide that it says nothing.
    assert told.upper < 2.5 * truth


def test_all_known_leaves_no_range() -> None:
    told = range_of([Reporter(None, 40, 3, 100.0, 0.0, 0)])
    assert (told.lower, told.upper) == (40, 40)
    assert (range_of([]).lower, range_of([]).upper) == (0, 0)


def test_where_nobody_reports_nothing_is_said() -> None:
    assert range_of([Reporter(None, 0, 0, 0.0, 100.0, 0)]).upper is None
    assert range_of([Reporter(None, 0, 0, 50.0, 100.0, 0)]).upper is None


def test_an_unknown_month_and_a_missing_report_weigh_as_much_as_those_of_a_reporter() -> None:
    told = range_of([Reporter(None, 100, 5, 100.0, 10.0, 2)])
    assert told.upper == 100 + 10 + 2 * 20


def test_a_sector_with_enough_reporters_has_its_own_rate() -> None:
    busy = [Reporter("Care", 100, 10, 100.0, 0.0, 0) for _ in range(20)]
    quiet = [Reporter("Retail", 10, 10, 100.0, 0.0, 0) for _ in range(20)]
    silent = Reporter("Retail", 0, 0, 0.0, 100.0, 0)
    told = range_of([*busy, *quiet, silent])
    assert (told.own_rates, told.reporters) == (2, 40)
    assert told.upper == told.lower + 10
    few = range_of([*busy, *quiet[:19], silent])
    assert few.upper is not None
    assert few.upper > few.lower + 50
