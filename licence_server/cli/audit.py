"""`audit`: verify the hash chain, list entries."""

from typing import Any

import click

from licence_server.cli import views
from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_json, print_line, print_list
from licence_server.cli.parameters import json_option
from licence_server.cli.refusals import Refusal
from licence_server.domain.audit_chain import Head
from licence_server.domain.errors import Invalid
from licence_server.services import audit as services
from licence_server.services import audit_checks

MOST = 100_000


class HeadParameter(click.ParamType):  # type: ignore[type-arg]
    """`N:HASH`, as backups and exports print it."""

    name = "n:hash"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        try:
            return value if isinstance(value, Head) else Head.parse(value)
        except Invalid as error:
            self.fail(error.detail, param, ctx)


@click.group
def audit() -> None:
    """Who did what, when and why: a hash-chained log."""


@audit.command
@click.option("--head", type=HeadParameter(), help="A head noted earlier: finds a log whose end was cut off.")
@json_option
@click.pass_obj
def verify(operator: Operator, head: Head | None, as_json: bool) -> None:
    """Walk the hash chain from its first entry.

    It finds entries that were edited, removed or moved. Exit status 1 where there are any.
    """
    check = audit_checks.check(operator.runtime, now=operator.now, actor=operator.actor, noted=head)
    intact = not check.faults
    if as_json:
        print_json({"intact": intact, "entries": check.entries, "head": str(check.head), "faults": check.faults})
    elif intact:
        print_line(f"{check.entries} entries, the chain holds. Head: {check.head}")
    for fault in check.faults:
        note(fault)
    if not intact:
        raise Refusal("The audit log is not as it was written. (audit_broken)")


@audit.command("list")
@click.option("--action", metavar="ACTION", help="Only acts of this kind, such as licence_revoked.")
@click.option("--subject", metavar="KIND:ID", help="Only acts on this, such as licence:ID.")
@click.option("--limit", type=click.IntRange(1, MOST), default=100, show_default=True, help="How many, at most.")
@json_option
@click.pass_obj
def list_(operator: Operator, action: str | None, subject: str | None, limit: int, as_json: bool) -> None:
    """List entries, the newest first."""
    found = services.list_entries(operator.runtime, limit=limit, cursor=None, action=action, subject=subject)
    print_list(
        [views.audit_entry(row) for row in found.items],
        ("id", "at", "actor", "action", "subject", "reason"),
        as_json=as_json,
        empty="There are no such entries.",
    )
    if found.next_cursor is not None:
        note(f"Only the newest {limit} are shown; --limit shows more.")
