"""`usage`: recount, and count what was rejected for a reason that no longer holds."""

import click

from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_json, print_line
from licence_server.cli.parameters import json_option
from licence_server.cli.refusals import Refusal
from licence_server.services import usage_checks


@click.group
def usage() -> None:
    """The raw reports of use, and the totals."""


@usage.command
@json_option
@click.pass_obj
def verify(operator: Operator, as_json: bool) -> None:
    """Recount from the raw reports and compare with the totals.

    What retention has removed is recounted from its seals. Exit status 1 where they do not agree.
    """
    recount = usage_checks.verify(operator.runtime)
    agree = not recount.differences
    if as_json:
        print_json(
            {
                "agree": agree,
                "reports": recount.reports,
                "rejected": recount.rejected,
                "sealed": recount.sealed,
                "sealed_counted_only": recount.counted_only,
                "differences": recount.differences,
            }
        )
    elif agree:
        sealed = f", and {recount.sealed} removed ones that are sealed" if recount.sealed else ""
        print_line(
            f"Recounted {recount.reports} reports and {recount.rejected} rejected ones{sealed}: the totals agree."
        )
    if recount.counted_only and not as_json:
        print_line(
            f"Of the removed ones, {recount.counted_only} were sealed by an earlier release: the hashes of their ids "
            "are counted, not compared."
        )
    for difference in recount.differences:
        note(difference)
    if not agree:
        raise Refusal(f"{len(recount.differences)} totals do not agree with the raw reports. (totals_differ)")


@usage.command
@json_option
@click.pass_obj
def readmit(operator: Operator, as_json: bool) -> None:
    """Count rejected reports whose reason no longer holds.

    That is, reports that named an item which the kit has been given since.
    """
    count = usage_checks.readmit(operator.runtime, now=operator.now, actor=operator.actor)
    if as_json:
        print_json({"readmitted": count})
    else:
        print_line(f"{count} reports readmitted.")
