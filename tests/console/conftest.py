"""A real server and a browser; each test has a deployment's data to itself only by its own names."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from licence_server.app import create_app
from licence_server.config import load
from licence_server.console.cookies import NAME
from licence_server.domain.roles import Role
from licence_server.services.runtime import Runtime
from tests.support.databases import SqliteServer
from tests.support.desk import sign_in_cookie
from tests.support.server import Server, running

# A folder for pictures of every page that is looked at; they take time, so there are none unless asked for.
PICTURES = os.environ.get("SCREENSHOTS")


@pytest.fixture(scope="session")
def console_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One real server for all console tests of a process."""
    folder = tmp_path_factory.mktemp("console-server")
    with running(folder, SqliteServer(folder).empty(), workers=1) as started:
        yield started


@pytest.fixture(scope="session")
def console_app(console_server: Server) -> Iterator[Flask]:
    """The same deployment in this process, to set up what a test begins with and to look at what it left."""
    environ = {name: value for name, value in console_server.environ.items() if name.startswith("LICENCE_SERVER_")}
    app = create_app(load(environ, console_server.directory))
    yield app
    app.extensions["licence_server_runtime"].database.close()


@pytest.fixture(scope="session")
def console_runtime(console_app: Flask) -> Runtime:
    found: Runtime = console_app.extensions["licence_server_runtime"]
    return found


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs scripts: a journey that takes this is walked both ways."""
    return bool(request.param)


@pytest.fixture
def new_context(browser: Browser, console_server: Server) -> Iterator[Callable[..., BrowserContext]]:
    """Fresh browser profiles at the server's address."""
    made: list[BrowserContext] = []

    def _new(scripts: bool = True) -> BrowserContext:
        made.append(browser.new_context(base_url=console_server.url, java_script_enabled=scripts))
        made[-1].set_default_timeout(20_000)
        return made[-1]

    yield _new
    for context in made:
        context.close()


@pytest.fixture
def at_desk(
    new_context: Callable[..., BrowserContext], console_app: Flask, console_runtime: Runtime, console_server: Server
) -> Callable[..., Page]:
    """A page of somebody with a role who has signed in: `at_desk(Role.VIEWER, scripts=False)`."""

    def _sit(role: Role, scripts: bool = True, email: str | None = None) -> Page:
        cookie = sign_in_cookie(console_app, console_runtime, role, datetime.now(UTC), email)
        context = new_context(scripts)
        context.add_cookies(
            [{"name": NAME, "value": cookie, "domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True}]
        )
        return context.new_page()

    return _sit
