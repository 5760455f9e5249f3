"""`retention`: how long raw reports are kept, and removing those whose time is over."""

from dataclasses import asdict
from typing import Any

import click

from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_record
from licence_server.cli.parameters import json_option, reason_option
from licence_server.services import retention as services
from licence_server.services import settings
from licence_server.services.settings import LONGEST, PROPOSED, SHORTEST, Retention


class Days(click.ParamType):  # type: ignore[type-arg]
    """A number of days, or `forever`."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        return None if value == "forever" else click.IntRange(SHORTEST, LONGEST).convert(value, param, ctx)


@click.group
def retention() -> None:
    """How long raw reports and installation ids are kept.

    Totals stay. Nothing is removed until a period is set.
    """


@retention.command
@json_option
@click.pass_obj
def show(operator: Operator, as_json: bool) -> None:
    """Show the period set, and when it was last applied."""
    _print(settings.get_retention(operator.runtime), as_json)


@retention.command("set")
@click.argument("days", type=Days())
@reason_option
@json_option
@click.pass_obj
def set_(operator: Operator, days: int | None, reason: str | None, as_json: bool) -> None:
    """Keep raw reports for so many DAYS.

    They run from receipt; with `forever` nothing is removed any more. The server removes what is older
    once a day. What was removed does not come back.
    """
    kept = settings.set_retention(operator.runtime, days, now=operator.now, actor=operator.actor, reason=reason)
    _print(kept, as_json)


@retention.command
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@json_option
@click.pass_obj
def run(operator: Operator, dry_run: bool, as_json: bool) -> None:
    """Remove now what is older than the period set.

    In small transactions: interrupted, it can be run again.
    """
    if dry_run:
        removed = services.due(operator.runtime, now=operator.now)
        note("A dry run: nothing was removed.")
    else:
        removed = services.run(operator.runtime, now=operator.now, actor=operator.actor)
    print_record({"dry_run": dry_run, **asdict(removed)}, as_json=as_json)


def _print(kept: Retention, as_json: bool) -> None:
    print_record({"retention_days": kept.days, "last_run_on": kept.last_run_on}, as_json=as_json)
    if kept.days is None and not as_json:
        note(f"Everything is kept. We propose {PROPOSED} days: `licence-server retention set {PROPOSED}`.")
