"""What costs much to make and is the same for every deployment of a test process: made once."""

import copy
import tempfile
from functools import cache
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, Engine, event

from licence_server.app import create_app
from licence_server.config import load
from licence_server.services.runtime import Runtime
from licence_server.web import CLOCK, RUNTIME
from tests.support.clock import Clock

_COMPILED_SQL: dict[str, tuple[object, object]] = {}


def application(runtime: Runtime, clock: Clock) -> Flask:
    """The application of a deployment. Its routes and templates are those of all the others: werkzeug alone takes
    longer over the routes than most tests over everything else."""
    app = copy.copy(_wired())
    app.config = copy.copy(app.config)
    app.extensions = {**app.extensions, RUNTIME: runtime, CLOCK: clock}
    return app


@cache
def _wired() -> Flask:
    with tempfile.TemporaryDirectory() as directory:
        app = create_app(load({"LICENCE_SERVER_PUBLIC_URL": "https://licences.example"}, Path(directory)))
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache()
    return app


@event.listens_for(Engine, "engine_connect")
def _share_compiled_sql(connection: Connection) -> None:
    """Statements are compiled for one dialect object each, and every database that is opened has its own."""
    dialect, engine = connection.dialect, connection.engine
    shared = _COMPILED_SQL.setdefault(f"{dialect.name}+{dialect.driver}", (dialect, engine._compiled_cache))
    connection.dialect, engine._compiled_cache = shared  # type: ignore[assignment]
