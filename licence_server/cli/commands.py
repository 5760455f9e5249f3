"""`licence-server`: the commands under one roof, and what becomes of their errors."""

import io
import logging
import sys

import click

from licence_server.cli.api_keys import api_keys
from licence_server.cli.assets import assets
from licence_server.cli.audit import audit
from licence_server.cli.backup import backup, restore
from licence_server.cli.exchange import exchange
from licence_server.cli.feedback import feedback
from licence_server.cli.init import init, migrate
from licence_server.cli.installations import installations
from licence_server.cli.keys import keys
from licence_server.cli.kit import kit
from licence_server.cli.kits import kits
from licence_server.cli.licences import licences
from licence_server.cli.operator import Operator
from licence_server.cli.organisations import organisations
from licence_server.cli.people import people
from licence_server.cli.refusals import Commands
from licence_server.cli.report import report
from licence_server.cli.retention import retention
from licence_server.cli.serve import serve
from licence_server.cli.tokens import tokens
from licence_server.cli.usage import usage


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="licence-server")
@click.pass_context
def commands(context: click.Context) -> None:
    """Licences for training kits, and an honest count of their use.

    Settings come from the environment, LICENCE_SERVER_..., or from a file .env in the working directory.
    Begin with `licence-server init`, then `licence-server serve`.
    """
    context.obj = context.obj or Operator()
    context.call_on_close(context.obj.close)


for command in (
    init,
    migrate,
    serve,
    organisations,
    kits,
    kit,
    licences,
    tokens,
    installations,
    people,
    report,
    usage,
    feedback,
    retention,
    audit,
    keys,
    api_keys,
    backup,
    restore,
    exchange,
    assets,
):
    commands.add_command(command)


def main() -> None:
    """The entry point."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    commands(prog_name="licence-server")
