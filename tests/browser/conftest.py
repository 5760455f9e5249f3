"""One server and one browser for the run; a kit, a stick and a browser profile of its own for each test."""

import itertools
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from licence_server.app import create_app
from licence_server.config import load
from licence_server.domain.licence import Kind, LicenceTerms
from licence_server.services import activation_tokens, keys, kits, licence_acts, licences, organisations, reports
from licence_server.services.reports import Period
from licence_server.services.runtime import Runtime
from tests.support.server import Server, running

HOME = Path(__file__).parent
SCRIPT = HOME.parents[1] / "client_sdk" / "browser" / "kit-client.js"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on SQLite: what these tests are about is the browser."""
    directory = tmp_path_factory.mktemp("server")
    with running(directory, f"sqlite:///{directory / 'server.db'}") as server:
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile."""
    fresh = browser.new_context()
    yield fresh
    fresh.close()


@dataclass(frozen=True)
class Team:
    """The team beside the running server: its acts in this process, for a command line each time takes longer."""

    runtime: Runtime

    def act(self) -> dict[str, Any]:
        return {"now": datetime.now(UTC), "actor": "test"}

    def licence(self, kit_id: str) -> UUID:
        """A trial of a new kit for a new organisation."""
        organisation = organisations.add(self.runtime, name=f"Baker & Sons, {kit_id}", **self.act())
        items = {"film-1": "The first film", "film-2": "The second film"}
        kits.add(self.runtime, kit_id=kit_id, name="Kit", items=items, **self.act())
        granted = licences.grant(
            self.runtime,
            organisation_id=organisation.id,
            kit_id=kit_id,
            terms=LicenceTerms(),
            kind=Kind.TRIAL,
            **self.act(),
        )
        return granted.licence.id

    def token(self, licence_id: UUID) -> str:
        return activation_tokens.issue(self.runtime, licence_id, **self.act()).secret

    def revoke(self, licence_id: UUID) -> None:
        licence_acts.revoke(self.runtime, licence_id, reason="a test", **self.act())

    def report(self, kit_id: str) -> dict[str, Any]:
        return reports.report(self.runtime, Period(None, None), now=datetime.now(UTC), kit_id=kit_id)

    def root(self) -> dict[str, str]:
        return keys.list_keys(self.runtime).root


@pytest.fixture(scope="session")
def team(real_server: Server) -> Iterator[Team]:
    environ = {name: value for name, value in real_server.environ.items() if name.startswith("LICENCE_SERVER_")}
    app = create_app(load(environ, real_server.directory))
    runtime: Runtime = app.extensions["licence_server_runtime"]
    yield Team(runtime)
    runtime.database.close()


@dataclass(frozen=True)
class Stick:
    """A kit on a stick, with a licence for it."""

    team: Team
    directory: Path
    kit_id: str
    licence_id: UUID
    token: str

    def open(self, context: BrowserContext, directory: Path | None = None) -> Page:
        """Double-click its page."""
        page = context.new_page()
        page.goto(((directory or self.directory) / "index.html").as_uri())
        return page

    def revoke(self) -> None:
        self.team.revoke(self.licence_id)

    def report(self) -> dict[str, Any]:
        """The team's figures for this kit."""
        return self.team.report(self.kit_id)

    def figures(self) -> dict[str, int]:
        """What every test ends with."""
        report = self.report()
        assert report["reports"]["rejected"] == report["reports"]["missing"] == report["installations"]["copied"] == 0
        return {
            "workshops": report["sessions"]["workshop"],
            "attendances": report["attendances"],
            "duplicates": report["reports"]["duplicates"],
        }


@pytest.fixture
def stick(real_server: Server, team: Team, tmp_path: Path) -> Stick:
    kit_id = f"kit-{next(_numbers)}"
    licence_id = team.licence(kit_id)
    directory = tmp_path / "stick"
    directory.mkdir()
    shutil.copy(SCRIPT, directory)
    shutil.copy(HOME / "page.html", directory / "index.html")
    settings = {"server": real_server.url, "kitId": kit_id, "kitVersion": "1.0", "rootKey": team.root()}
    (directory / "settings.js").write_text(f"const settings = {json.dumps(settings)};\n")
    return Stick(team, directory, kit_id, licence_id, team.token(licence_id))
