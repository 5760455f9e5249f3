"""`organisations import`: a whole file, or nothing of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_json, print_line
from licence_server.cli.parameters import FILE, json_option
from licence_server.domain.organisation_file import MAX_BYTES
from licence_server.services import organisation_imports
from licence_server.services.organisation_imports import Imported, ImportRefused


@click.command("import")
@click.argument("file", type=FILE, metavar="FILE.csv")
@click.option("--dry-run", is_flag=True, help="Check the file and change nothing.")
@json_option
@click.pass_obj
def import_(operator: Operator, file: Path, dry_run: bool, as_json: bool) -> None:
    """Add every business of a CSV file.

    The first row names the columns: name (required), contact_email, sector, reference. The file may come
    from any spreadsheet: commas or semicolons, UTF-8 or Windows-1252. The whole of it is checked first and
    every fault named by row and column; it is then imported entirely or not at all.
    """
    with file.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    try:
        with _progress() as progress:
            done = organisation_imports.import_file(
                operator.runtime, content, now=operator.now, actor=operator.actor, dry_run=dry_run, progress=progress
            )
    except ImportRefused as refused:
        for fault in refused.faults:
            note(f"{file.name}: {fault}")
        if as_json:
            print_json({"imported": 0, "dry_run": dry_run, "items": [], "errors": [vars(f) for f in refused.faults]})
        raise
    _print(done, dry_run, as_json)


def _print(done: Imported, dry_run: bool, as_json: bool) -> None:
    if as_json:
        items = [{name: row[name] for name in ("id", "name", "reference")} for row in done.rows]
        print_json(
            {
                "imported": len(items),
                "dry_run": dry_run,
                "checked": done.checked,
                "encoding": done.encoding,
                "items": items,
                "errors": [],
            }
        )
    elif dry_run:
        print_line(f"{done.checked} organisations could be imported. Nothing was changed.")
    else:
        print_line(f"{len(done.rows)} organisations imported.")
    if done.encoding != "utf-8":
        note("The file was read as Windows-1252; look whether accents came out right.")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, where that is a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Importing", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
