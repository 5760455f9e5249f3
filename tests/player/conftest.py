"""A browser, a server and the sample films for each test process; a stick of its own for each test."""

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from examples import make_films
from tests.support.axe import violations
from tests.support.databases import SqliteServer
from tests.support.handout import Handout
from tests.support.server import Server, running
from tests.support.trainer import Trainer

PATIENCE = 30_000
# A folder for pictures of every state that is looked at; they take time, so there are none unless asked for.
PICTURES = os.environ.get("SCREENSHOTS")
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 320))


@pytest.fixture(scope="session")
def kit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One real server for all sticks; each has a kit of its own, so their figures do not mix."""
    folder = tmp_path_factory.mktemp("kit-server")
    with running(folder, SqliteServer(folder).empty(), workers=1) as started:
        yield started


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample kit's films and papers, made once for the whole run and shared by the processes of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    with (shared / "films.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return make_films.make(shared / "sample-content")


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
def look() -> Callable[[Trainer, str], None]:
    """Lets axe judge what the trainer sees, in light and dark, wide and at 320 pixels; keeps pictures if asked to."""
    return _look


def _look(somebody: Trainer, name: str) -> None:
    page = somebody.page
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == [], f"{name}, {scheme}, {width} pixels"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"
        if PICTURES is not None:
            page.screenshot(path=Path(PICTURES) / f"{name}-{scheme}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})
