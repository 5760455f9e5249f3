"""Fixtures. Everything that touches a database runs on SQLite and on PostgreSQL."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Playwright, sync_playwright

from licence_server.services import passwords
from tests.support import browsers, profiles
from tests.support import firefox as firefoxes
from tests.support.databases import DatabaseServer, PostgresqlServer, SqliteServer, postgresql
from tests.support.deployment import Deployment
from tests.support.firefox import Firefox
from tests.support.profiles import Profile
from tests.support.server import Server, running

pytest_plugins = ["tests.support.measuring"]

gc.set_threshold(10_000, *gc.get_threshold()[1:])

# The same examples on every run; how long one takes says something of the machine, not of the code.
settings.register_profile("ours", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")

# Their tests take longest, and mostly wait.
WAITING = ("city", "durability")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is not left to the end of a run, when the other test processes have nothing to do any more.

    pytest-xdist gives each process as many of the items as the next, in order. The first begins with the tests that
    wait, and the others, who have the processors meanwhile, with those that are marked `long`.
    """
    waiting, long, rest = [], [], []
    for item in items:
        room = item.path.relative_to(Path(__file__).parent).parts[0]
        (waiting if room in WAITING else long if item.get_closest_marker("long") else rest).append(item)
    others = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) - 1
    shares = [waiting, *(long[place::others] for place in range(others))] if others else [waiting + long]
    left = len(items)
    items.clear()
    for place, share in enumerate(shares):
        size = max(len(share), left // (len(shares) - place))
        left -= size
        items += [*share, *rest[: size - len(share)]]
        del rest[: size - len(share)]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: to look for garbage among it, and as often as Python does by
    itself, is a seventh of what the tests cost."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hundreds of passwords are set and tried in this process; what one costs a guesser has a test of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresqlServer]:
    """One PostgreSQL for the whole run, shared by the processes of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    with postgresql(base.parent if base.name.startswith("popen-") else base) as server:
        yield server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> DatabaseServer:
    """Each kind of database in turn."""
    if request.param == "sqlite":
        return SqliteServer(tmp_path_factory.mktemp("sqlite"))
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return server


@pytest.fixture
def deployment(database_server: DatabaseServer, tmp_path: Path) -> Iterator[Deployment]:
    """A fresh deployment in this process, its clock at Monday 2 March 2026, 09:00 UTC."""
    fresh = Deployment(tmp_path, database_server.initialised(tmp_path), initialised=True)
    yield fresh
    fresh.close()
    database_server.give(fresh.database_url)


@pytest.fixture
def server(database_server: DatabaseServer, tmp_path: Path) -> Iterator[Server]:
    """A fresh deployment served by gunicorn over real HTTP."""
    with running(tmp_path, database_server.empty()) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for each test process: Playwright allows no second."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=browsers.chromium(), args=browsers.CHROMIUM_FLAGS)
    yield started
    started.close()


@pytest.fixture(scope="session")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    path = browsers.firefox()
    assert path is not None
    with firefoxes.started(path, tmp_path_factory.mktemp("firefox")) as started:
        yield started


@pytest.fixture(params=browsers.found())
def profile(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Profile]:
    """A profile of each browser in turn that the machine has."""
    opened = (
        profiles.chromium(request.getfixturevalue("browser"))
        if request.param == "chromium"
        else firefoxes.profile(request.getfixturevalue("firefox"), tmp_path / "downloads")
    )
    with opened as fresh:
        yield fresh
