"""A trial of two months in a small city, every awkwardness of the large one in it: the report is the truth."""

from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.city.drive import KIT_ID, Drive
from benchmarks.city.plan import City, Installation, Scale, draw
from benchmarks.city.server import CityServer
from benchmarks.city.truth import delivered, differences, reckon
from licence_server.domain.period import Period
from licence_server.services import reports, usage_checks
from tests.support.databases import DatabaseServer
from tests.support.server import free_port

SCALE = Scale(organisations=30, installations=240, days=61, seed=9)


@pytest.fixture(scope="module")
def city() -> City:
    return draw(SCALE)


def numbers(installation: Installation) -> list[int]:
    """The sequence numbers in the order in which they reach the server."""
    return [session.seq for session in delivered(installation)]


def test_the_small_city_has_all_the_awkwardness_of_the_large_one(city: City) -> None:
    installations = city.installations
    assert any(installation.twice for installation in installations)
    assert any(numbers(one) != sorted(numbers(one)) for one in installations)
    assert any(abs(one.clock_error) > timedelta(minutes=5) and one.syncs for one in installations)
    assert any(len(set(numbers(one))) < len(numbers(one)) for one in installations)
    assert any(one.silent_from is not None and len(delivered(one)) < len(one.sessions) for one in installations)
    assert any(session.lost for one in installations for session in one.sessions)
    assert any(one.refused for one in installations)


def test_every_figure_of_the_report_is_the_truth(city: City, database_server: DatabaseServer, tmp_path: Path) -> None:
    drive = Drive(city, CityServer(tmp_path, database_server.empty(), free_port()))
    drive.prepare()
    drive.server.start()
    try:
        drive.live()
    finally:
        drive.server.stop()
    now = drive.now(SCALE.days - 1) + timedelta(minutes=1)
    document = reports.report(drive.runtime, Period(None, None), now=now, kit_id=KIT_ID)
    wrong = differences(reckon(city).delivered, document)
    recounted = usage_checks.verify(drive.runtime).differences
    drive.runtime.database.close()

    assert wrong == []
    assert recounted == []
