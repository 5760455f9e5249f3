"""`licence-server`: the commands under one roof, and what becomes of their errors."""

import io
import logging
import sys

import click

from licence_server.cli.operator import Operator
from licence_server.cli.refusals import Commands

PLACES = {
    "init": "init",
    "migrate": "init",
    "serve": "serve",
    "organisations": "organisations",
    "kits": "kits",
    "kit": "kit",
    "licences": "licences",
    "tokens": "tokens",
    "installations": "installations",
    "people": "people",
    "report": "report",
    "usage": "usage",
    "feedback": "feedback",
    "retention": "retention",
    "audit": "audit",
    "keys": "keys",
    "api-keys": "api_keys",
    "backup": "backup",
    "restore": "backup",
    "exchange": "exchange",
    "assets": "assets",
}
"""Where each command is, so that one does not wait for what all the others import."""


@click.group(
    cls=Commands, places=PLACES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="licence-server")
@click.pass_context
def commands(context: click.Context) -> None:
    """Licences for training kits, and an honest count of their use.

    Settings come from the environment, LICENCE_SERVER_..., or from a file .env in the working directory.
    Begin with `licence-server init`, then `licence-server serve`.
    """
    context.obj = context.obj or Operator()
    context.call_on_close(context.obj.close)


def main() -> None:
    """The entry point."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    commands(prog_name="licence-server")
