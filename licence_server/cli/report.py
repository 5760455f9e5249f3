"""`report`: the honest count, for people, programs, spreadsheets and the committee."""

from datetime import date
from pathlib import Path

import click

from licence_server.cli import report_page
from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_json
from licence_server.cli.parameters import DAY
from licence_server.cli.report_file import write_file
from licence_server.domain import months
from licence_server.domain.committee_report import Report
from licence_server.domain.months import PublishablePeriod
from licence_server.domain.period import Period
from licence_server.services import committee, reports

# The forms in which the report of the contract is printed; the others are the committee's report.
_PRINTED = ("text", "json", "csv")


@click.command
@click.option("--from", "first", type=DAY, help="First day. Default: from the beginning.")
@click.option("--to", "last", type=DAY, help="Last day, included. Default: up to now.")
@click.option("--kit", "kit_id", metavar="KIT_ID", help="One kit alone.")
@click.option(
    "--format", "form", type=click.Choice([*_PRINTED, "xlsx", "pdf"]), help="Default: text; pdf if published."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--published", is_flag=True, help="The form that may leave the team: small numbers are suppressed.")
@click.option("--month", metavar="YYYY-MM", help="With --published: one month that is over. Default: the whole trial.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.pass_obj
def report(
    operator: Operator,
    first: date | None,
    last: date | None,
    kit_id: str | None,
    form: str | None,
    as_json: bool,
    published: bool,
    month: str | None,
    output: Path | None,
) -> None:
    """Count organisations, sessions and attendances.

    The page also says what is not known. Days are days in the deployment's TIMEZONE. Text and JSON are for
    those who read them here, counted to the last one; everything else is an export: the audit log notes it, and
    the log's head is printed beside it. The published form is of one kit, for a whole month that is over or for
    the whole trial.
    """
    form = "json" if as_json else form or ("pdf" if published else "text")
    if month is not None and not published:
        raise click.UsageError("--month belongs to --published; without it, say --from and --to.")
    if published:
        if form == "text":
            raise click.UsageError("The published form is a file: --format pdf, json, csv or xlsx.")
        period = PublishablePeriod.of(Period(first, last)) if month is None else _month(month, first, last)
        _export(operator, committee.published(operator.runtime, period, now=operator.now, kit_id=kit_id), form, output)
    elif form == "pdf":
        raise click.UsageError("A PDF is for the committee: say --published.")
    elif form not in _PRINTED:
        made = committee.staff(operator.runtime, Period(first, last), now=operator.now, kit_id=kit_id)
        _export(operator, made, form, output)
    elif output is not None:
        raise click.UsageError("--output is for --format xlsx, and for --published.")
    else:
        _print(operator, Period(first, last), kit_id, form)


def _month(month: str, first: date | None, last: date | None) -> PublishablePeriod:
    if first is not None or last is not None:
        raise click.UsageError("Say --month, or --from and --to.")
    return PublishablePeriod(months.parse(month))


def _export(operator: Operator, made: Report, form: str, output: Path | None) -> None:
    data = write_file(made, form, output)
    head = committee.record_export(operator.runtime, made, now=operator.now, actor=operator.actor, format_=form)
    # Nothing leaves before the log knows of it.
    data()
    note(f"Audit head: {head}")


def _print(operator: Operator, period: Period, kit_id: str | None, form: str) -> None:
    if form == "csv":
        document, head = reports.export(operator.runtime, period, now=operator.now, actor=operator.actor, kit_id=kit_id)
        click.echo(report_page.as_csv(document), nl=False)
        note(f"Audit head: {head}")
        return
    document = reports.report(operator.runtime, period, now=operator.now, kit_id=kit_id)
    if form == "json":
        print_json(document)
    else:
        for line in report_page.as_lines(document, operator.runtime.timezone.key):
            click.echo(line)
