"""What the commands print: one JSON document for programs, tables and lines for people.

Values stay Python values until here, so that programs get ISO 8601 with a Z and people a readable time.
Nothing is ever cut short: where a terminal is too narrow for an id, the line is longer than the terminal.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from licence_server.domain import dates

if TYPE_CHECKING:
    # Imported where a table is drawn: programs, and commands that print a line, do without.
    from rich.table import Table

Document = Mapping[str, Any]

_CONTROLS = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if code != 10}


def iso(moment: date | None) -> str | None:
    """ISO 8601, moments in UTC with a Z."""
    if isinstance(moment, datetime):
        return dates.written(moment)
    return moment.isoformat() if moment is not None else None


def plain(text: object) -> str:
    """Text without the control characters that would steer a terminal, and without bytes that were no text."""
    return str(text).translate(_CONTROLS).encode(errors="replace").decode()


def print_json(document: Document) -> None:
    """The one JSON document of a command, on stdout. ASCII, so that every terminal takes it."""
    click.echo(json.dumps(document, indent=2, default=_jsonable))


def print_record(document: Document, *, as_json: bool) -> None:
    """One thing: its fields under each other."""
    if as_json:
        print_json(document)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ignore")
    for name, value in document.items():
        table.add_row(_label(name), Text(_readable(value)))
    _print_table(table)


def print_list(items: Sequence[Document], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Many things. columns: the fields people see; programs see all of them."""
    if as_json:
        print_json({"items": items})
        return
    if not items:
        note(empty)
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(_label(name), no_wrap=True, overflow="ignore")
    for item in items:
        table.add_row(*(Text(_readable(item[name])) for name in columns))
    _print_table(table)


def print_line(text: str = "") -> None:
    """One line for people, on stdout."""
    click.echo(plain(text))


def note(text: str) -> None:
    """A message beside the result, on stderr."""
    click.echo(plain(text), err=True)


def _print_table(table: "Table") -> None:
    from rich.console import Console

    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
    needed = console.measure(table, options=console.options.update(max_width=100_000)).maximum
    console.width = max(needed, console.width)
    with console.capture() as captured:
        console.print(table, crop=False, no_wrap=True)
    lines = [line.rstrip() for line in captured.get().split("\n")]
    click.echo("\n".join(lines).strip("\n"))


def _label(name: str) -> str:
    return name.replace("_", " ")


def _readable(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if isinstance(value, Mapping):
        return " ".join(_readable(member) for member in value.values())
    if isinstance(value, list | tuple):
        return ", ".join(_readable(member) for member in value)
    return plain(value).replace("\n", " ")


def _jsonable(value: object) -> str | None:
    return iso(value) if isinstance(value, date) else str(value)
