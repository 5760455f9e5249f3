"""`assets`: what the console's pages need from the npm registry."""

import click

from licence_server.cli.output import print_line
from licence_server.services import console_files


@click.command
def assets() -> None:
    """Fetch the style and script of the console's pages from npm.

    Once for each environment; `make setup` does it. Without them the pages work, unadorned.
    """
    print_line(f"{console_files.PACKAGE} {console_files.VERSION}: {console_files.fetch()}")
