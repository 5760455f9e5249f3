"""`serve`: gunicorn with this deployment's settings."""

import os
import shutil
import tempfile
from pathlib import Path

import click

from licence_server.cli.operator import Operator
from licence_server.cli.web_server import WebServer
from licence_server.migrate import is_empty, migrate
from licence_server.services import readiness
from licence_server.services.runtime import Runtime

METRICS = "PROMETHEUS_MULTIPROC_DIR"


@click.command
@click.pass_obj
def serve(operator: Operator) -> None:
    """Serve kits and the team until told to stop.

    On an empty database the schema is made first; any number of servers may start on one together. A
    database of another release is refused: `licence-server migrate` brings it up. Logs go to standard
    output and error; they hold no addresses, tokens or queries.
    """
    migrate_if_empty(operator.opened)
    readiness.require_sound(operator.runtime)
    # Connections do not survive the fork into workers.
    operator.opened.database.close()
    metrics, parent = Path(tempfile.mkdtemp(prefix="licence-server-metrics-")), os.getpid()
    os.environ[METRICS] = str(metrics)
    try:
        WebServer(operator.config).run()
    finally:
        # Workers come by here too, on their way out.
        if os.getpid() == parent:
            shutil.rmtree(metrics, ignore_errors=True)


def migrate_if_empty(runtime: Runtime) -> None:
    """Make the schema where there is no table yet. Raises Unavailable."""
    if is_empty(runtime.database):
        migrate(runtime.database)
