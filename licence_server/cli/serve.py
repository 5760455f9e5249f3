"""`serve`: gunicorn with this deployment's settings."""

import click

from licence_server.cli.metrics_directory import metrics_directory
from licence_server.cli.operator import Operator
from licence_server.cli.output import note
from licence_server.cli.web_server import WebServer, require_free
from licence_server.migrate import is_empty, migrate
from licence_server.services import readiness
from licence_server.services.runtime import Runtime


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
    require_free(operator.config.bind)
    standing = readiness.check(operator.runtime, now=operator.now)
    for warning in standing.problems + standing.warnings:
        note(f"Warning: {warning}")
    # Connections do not survive the fork into workers.
    operator.opened.database.close()
    with metrics_directory():
        WebServer(operator.config).run()


def migrate_if_empty(runtime: Runtime) -> None:
    """Make the schema where there is no table yet. Raises Unavailable."""
    if is_empty(runtime.database):
        migrate(runtime.database)
