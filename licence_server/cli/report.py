"""`report`: the honest count, for people, programs and spreadsheets."""

from datetime import date

import click

from licence_server.cli import report_page
from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_json
from licence_server.cli.parameters import DAY
from licence_server.domain.period import Period
from licence_server.services import reports


@click.command
@click.option("--from", "first", type=DAY, help="First day. Default: from the beginning.")
@click.option("--to", "last", type=DAY, help="Last day, included. Default: up to now.")
@click.option("--kit", "kit_id", metavar="KIT_ID", help="One kit alone.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
def report(
    operator: Operator, first: date | None, last: date | None, kit_id: str | None, form: str, as_json: bool
) -> None:
    """Count organisations, sessions and attendances.

    The page also says what is not known. Days are days in the deployment's TIMEZONE. CSV is an export: the
    audit log notes it, and the log's head is printed beside it.
    """
    period = Period(first, last)
    if form == "csv" and not as_json:
        document, head = reports.export(operator.runtime, period, now=operator.now, actor=operator.actor, kit_id=kit_id)
        click.echo(report_page.as_csv(document), nl=False)
        note(f"Audit head: {head}")
        return
    document = reports.report(operator.runtime, period, now=operator.now, kit_id=kit_id)
    if as_json or form == "json":
        print_json(document)
    else:
        for line in report_page.as_lines(document, operator.runtime.timezone.key):
            click.echo(line)
