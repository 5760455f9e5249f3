"""A browser, a server and the sample films for each test process; a stick of its own for each test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from examples import make_films
from tests.support.databases import SqliteServer
from tests.support.handout import Handout
from tests.support.server import Server, running
from tests.support.trainer import Trainer

PATIENCE = 30_000
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", "build/screenshots"))


@pytest.fixture(scope="session")
def kit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One real server for all sticks; each has a kit of its own, so their figures do not mix."""
    folder = tmp_path_factory.mktemp("kit-server")
    with running(folder, SqliteServer(folder).empty(), workers=1) as started:
        yield started


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_films.make(tmp_path_factory.mktemp("content"))


@pytest.fixture
def hand_out(kit_server: Server, content: Path, tmp_path: Path) -> Callable[..., Handout]:
    """Grants a licence on given terms and builds its stick."""
    return lambda *terms: Handout(kit_server, tmp_path, content, terms)


@pytest.fixture
def handout(hand_out: Callable[..., Handout]) -> Handout:
    return hand_out()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile that nobody has used."""
    expect.set_options(timeout=PATIENCE)
    fresh = browser.new_context(accept_downloads=True)
    fresh.set_default_timeout(PATIENCE)
    yield fresh
    fresh.close()


@pytest.fixture
def trainer(context: BrowserContext, handout: Handout) -> Iterator[Trainer]:
    """At a PC with the stick in it; whatever the page did, no script of it failed."""
    somebody = Trainer(context, handout.stick)
    yield somebody
    assert somebody.faults == []


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Callable[[Trainer, str], None]:
    """Keeps a picture of what the trainer sees, as an artefact."""

    def _keep(somebody: Trainer, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        somebody.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return _keep
