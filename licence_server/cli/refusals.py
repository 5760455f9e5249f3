"""What an expected error looks like: one clear line on stderr and exit status 1."""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NoReturn

import click

from licence_server.cli.output import plain
from licence_server.database import cause_of
from licence_server.domain.errors import LicenceServerError


class Refusal(click.ClickException):
    """Refused with a reason."""

    exit_code = 1


class Commands(click.Group):
    """A group whose commands end in a Refusal where the software says no.

    places: command to the module of this package that has it, imported when the command is asked for.
    """

    def __init__(self, *arguments: Any, places: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._places:
            return None
        module = import_module(f"licence_server.cli.{self._places[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(_is_broken(argument) for argument in args):
            raise click.UsageError("The arguments are not valid text in the encoding of this system.")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with explained():
            return super().invoke(ctx)


@contextmanager
def explained() -> Iterator[None]:
    """Turn errors that operators meet into a Refusal; faults of ours keep their traceback."""
    try:
        yield
    except LicenceServerError as error:
        _refuse(error.detail, error.code, cause_of(error.__cause__))
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        _refuse(f"{error.strerror or error}.", "system_refused", error.filename)
    except Exception as error:
        cause = cause_of(error)
        if cause is None:
            raise
        _refuse("The database refused.", "database_refused", cause)


def _refuse(detail: str, code: str, cause: object) -> NoReturn:
    if cause is not None:
        detail = f"{detail.rstrip('.')}: {cause}"
    raise Refusal(f"{plain(detail)} ({code})") from None


def _is_broken(argument: str) -> bool:
    """Whether bytes that are no text came in, which Python keeps as lone surrogates."""
    return any("\ud800" <= character <= "\udfff" for character in argument)
