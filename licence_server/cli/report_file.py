"""Where a report that is a file goes: to --output, or to standard output where that is no terminal."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from licence_server.cli.output import note
from licence_server.domain.committee_report import Report

_BINARY = ("xlsx", "pdf")


def write_file(report: Report, form: str, output: Path | None) -> Callable[[], None]:
    """Make the file; what is returned writes it. Raises UsageError where there is nowhere to write it."""
    from licence_server import documents

    if output is None and form in _BINARY and sys.stdout.isatty():
        raise click.UsageError(f"A terminal cannot show {form}: say --output FILE.")
    data = documents.render(report, form)

    def write() -> None:
        if output is None:
            click.echo(data, nl=False)
            return
        try:
            output.write_bytes(data)
        except OSError as error:
            raise click.FileError(str(output), error.strerror or error.__class__.__name__) from None
        note(f"Written: {output}")

    return write
