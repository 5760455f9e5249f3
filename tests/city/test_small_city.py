"""A trial of two months in a small city, every awkwardness of the large one in it: the report is the truth."""

from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.city.awkwardness import arrivals, measure
from benchmarks.city.compare import differences, recounted, said
from benchmarks.city.drive import Drive
from benchmarks.city.plan import City, Feedback, Installation, Scale, draw, noon
from benchmarks.city.server import CityServer
from benchmarks.city.truth import reckon
from tests.support.databases import DatabaseServer
from tests.support.server import free_port

SCALE = Scale(organisations=30, installations=240, days=61, seed=86)


@pytest.fixture(scope="module")
def city() -> City:
    return draw(SCALE)


def numbers(installation: Installation) -> list[int]:
    """The sequence numbers in the order in which they reach the server."""
    return [report.seq for _, report in arrivals(installation)]


def test_a_large_city_is_as_awkward_as_it_says() -> None:
    found = measure(draw(Scale(organisations=400, installations=10_000)))
    assert found.late == pytest.approx(0.5, abs=0.02)
    assert found.twice == pytest.approx(0.05, abs=0.008)
    assert found.out_of_order == pytest.approx(0.01, abs=0.003)
    assert found.wrong_clock == pytest.approx(0.02, abs=0.004)
    assert found.copied == pytest.approx(0.01, abs=0.003)
    assert found.silent == pytest.approx(0.10, abs=0.01)
    assert found.lost > 0
    assert found.revoked == pytest.approx(0.01)


def test_the_small_city_has_all_the_awkwardness_of_the_large_one(city: City) -> None:
    installations = city.installations
    assert any(installation.twice for installation in installations)
    assert any(numbers(one) != sorted(numbers(one)) for one in installations)
    wrong = [one for one in installations if abs(one.clock_error) > timedelta(minutes=5) and one.syncs]
    assert {one.clock_mended for one in wrong} == {True, False}
    assert any(len(set(numbers(one))) < len(numbers(one)) for one in installations)
    assert any(one.silent_from is not None and len(numbers(one)) < len(one.reports) for one in installations)
    assert any(report.lost for one in installations for report in one.reports)
    assert any(isinstance(report, Feedback) for one in installations for _, report in arrivals(one))
    assert any(one.refused for one in installations)
    assert reckon(city).delivered["reports"]["dated_on_receipt"] > 0
    assert reckon(city).delivered["distinct_learners"] > 0


def test_every_figure_is_the_truth_and_the_range_contains_what_happened(
    city: City, database_server: DatabaseServer, tmp_path: Path
) -> None:
    drive = Drive(city, CityServer(tmp_path, database_server.empty(), free_port()))
    drive.prepare()
    drive.server.start()
    try:
        drive.live()
    finally:
        drive.server.stop()
    document = said(drive.runtime, noon(SCALE.days - 1) + timedelta(minutes=1))
    wrong = differences(reckon(city), document)
    again = recounted(drive.runtime)
    drive.runtime.database.close()

    assert wrong == []
    assert again == []
    assert drive.unanswered > 0
    # The range says something: its upper end is neither absent nor the count itself.
    assert document.range.upper is not None
    assert document.range.lower < reckon(city).happened <= document.range.upper
