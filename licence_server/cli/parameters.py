"""How arguments and options are read."""

import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from licence_server.domain.errors import Invalid
from licence_server.domain.identifiers import require_slug
from licence_server.domain.text import one_line

Function = TypeVar("Function", bound=Callable[..., Any])

MAX_PASSPHRASE = 1024
MAX_REASON = 2000


class Day(click.ParamType):  # type: ignore[type-arg]
    """A whole day, `YYYY-MM-DD`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is None:
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-03-31.", param, ctx)


class Identifier(click.ParamType):  # type: ignore[type-arg]
    """The id of something we made, as every listing prints it."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> UUID:
        try:
            return value if isinstance(value, UUID) else UUID(value)
        except ValueError:
            self.fail(f"{value!r} is not an id as the listings print it.", param, ctx)


class Slug(click.ParamType):  # type: ignore[type-arg]
    """The id of a kit, chosen by the team."""

    name = "slug"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return require_slug(value, "the id")
        except Invalid as error:
            self.fail(error.detail, param, ctx)


class Item(click.ParamType):  # type: ignore[type-arg]
    """`ITEM_ID=TITLE`."""

    name = "item_id=title"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        item_id, equals, title = value.partition("=")
        if not equals or not title.strip():
            self.fail(f"{value!r} is not ITEM_ID=TITLE.", param, ctx)
        return Slug().convert(item_id, param, ctx), title.strip()


DAY, IDENTIFIER, SLUG, ITEM = Day(), Identifier(), Slug(), Item()
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for programs.")
reason_option = click.option(
    "--reason",
    callback=lambda _context, _parameter, value: None if value is None else one_line(value, "reason", MAX_REASON),
    help="Why, for the audit log.",
)


def read_passphrase(path: Path | None, option: str, prompt: str, *, confirm: bool = False) -> str:
    """A passphrase from a file (its line end left off) or, at a terminal, typed unseen.

    Raises UsageError where there is neither.
    """
    if path is None:
        if not sys.stdin.isatty():
            raise click.UsageError(f"No terminal to ask for the passphrase: give {option} FILE.")
        return str(click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True))
    with path.open("rb") as file:
        content = file.read(MAX_PASSPHRASE + 1)
    try:
        passphrase = content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise click.BadParameter(f"{path} is not UTF-8 text.", param_hint=option) from None
    if not passphrase or len(content) > MAX_PASSPHRASE or "\x00" in passphrase or "\n" in passphrase:
        raise click.BadParameter(
            f"{path} must hold one line, the passphrase, of at most {MAX_PASSPHRASE} bytes.", param_hint=option
        )
    return passphrase
