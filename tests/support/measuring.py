"""Branches are counted, not how often each is taken, and what is traced takes half as long again: nothing is traced
that another process or test traces as well.

* What runs on both databases is traced on SQLite alone. Where PostgreSQL has branches of its own, a test is marked
  `traced_on_postgresql`.
* Tests of processes, browsers for the most part, see little more of the server here than how it is set up.
* Collecting imports the same in every process of pytest-xdist, so one of them traces it.
* Nor is what SQLAlchemy does in a session, since a tracer slows down what it looks away from as well. What that calls
  of ours is called elsewhere too.
* pytest-cov starts in a process of pytest-xdist what is meant for the one that began the run. Nobody reads what that
  finds, and it goes on tracing wherever pytest-cov pauses, a test marked `no_cover` for one.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

OF_PROCESSES = ("browser", "city", "console", "durability", "player")
OF_SESSIONS = ("execute", "scalar", "scalars", "get", "flush", "commit", "close")
TESTS = Path(__file__).parents[1]


def pytest_configure(config: pytest.Config) -> None:
    measuring = _controller(config)
    if not measuring:
        return
    if _process(config) is not None:
        measuring.pause()
    for name in OF_SESSIONS:
        setattr(Session, name, _looked_away_from(getattr(Session, name)))


def _looked_away_from(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, not traced in the thread that calls it."""

    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        tracer = sys.gettrace()
        if tracer is None:
            return function(*arguments, **named)
        sys.settrace(None)
        try:
            return function(*arguments, **named)
        finally:
            sys.settrace(tracer)

    return call


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    with _untraced(session.config, _process(session.config) not in (None, "gw0")):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    with _untraced(item.config, _is_traced_elsewhere(item)):
        return (yield)


def _is_traced_elsewhere(item: pytest.Item) -> bool:
    # pytest-cov pauses these by itself, and begins again afterwards.
    if item.get_closest_marker("no_cover") or item.get_closest_marker("traced_on_postgresql"):
        return False
    values = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    room = item.path.relative_to(TESTS).parts[0]
    return values.get("database_server") == "postgresql" or room in OF_PROCESSES


@contextmanager
def _untraced(config: pytest.Config, when: bool) -> Iterator[None]:
    measuring = _controller(config) if when else None
    if measuring:
        measuring.pause()
    try:
        yield
    finally:
        if measuring:
            measuring.resume()


def _controller(config: pytest.Config) -> Any:
    """What pytest-cov measures with; None where it was not asked to."""
    plugin = config.pluginmanager.getplugin("_cov")
    return plugin and plugin.cov_controller


def _process(config: pytest.Config) -> str | None:
    """The name of a process of pytest-xdist; None in the one that began the run."""
    found: str | None = getattr(config, "workerinput", {}).get("workerid")
    return found
