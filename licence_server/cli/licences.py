"""`licences`: grant and list. What can be done with one licence is in licence_acts.py."""

from datetime import date
from uuid import UUID

import click

from licence_server.cli import licence_acts, views
from licence_server.cli.operator import Operator
from licence_server.cli.output import print_list, print_record
from licence_server.cli.pages import LIMIT, every
from licence_server.cli.parameters import DAY, IDENTIFIER, json_option
from licence_server.domain.licence import MAX_DAYS, MAX_SEATS, TRIAL_DAYS, Kind, LicenceTerms, Status
from licence_server.services import licences as services

_DAYS = click.IntRange(1, MAX_DAYS)
_KINDS = [kind.value for kind in Kind]


@click.group
def licences() -> None:
    """The right of one business to one kit, between two dates."""


@licences.command
@click.argument("organisation_id", type=IDENTIFIER)
@click.argument("kit_id")
@click.option("--kind", type=click.Choice(_KINDS), default=Kind.TRIAL.value, show_default=True)
@click.option("--from", "first", type=DAY, help="First day; until then the licence is pending. Default: now.")
@click.option(
    "--trial-days",
    type=_DAYS,
    help=f"Days from the first activation. Default for a trial without --until: {TRIAL_DAYS}.",
)
@click.option("--until", type=DAY, help="Last day: one common end, whenever it is activated.")
@click.option("--seats", type=click.IntRange(1, MAX_SEATS), help="How many installations. Default: unlimited.")
@click.option("--lease-days", type=_DAYS, default=30, show_default=True, help="How long a kit runs offline.")
@click.option(
    "--grace-days", type=click.IntRange(0, MAX_DAYS), default=30, show_default=True, help="And how long after that."
)
@click.option("--check-in-days", type=_DAYS, default=30, show_default=True, help="How often a kit should sync.")
@json_option
@click.pass_obj
def grant(
    operator: Operator,
    organisation_id: UUID,
    kit_id: str,
    kind: str,
    first: date | None,
    trial_days: int | None,
    until: date | None,
    seats: int | None,
    lease_days: int,
    grace_days: int,
    check_in_days: int,
    as_json: bool,
) -> None:
    """Grant a licence.

    Days are whole days in the deployment's TIMEZONE, the last one included.
    """
    if trial_days is not None and until is not None:
        raise click.UsageError("Give either --trial-days or --until, not both.")
    view = services.grant(
        operator.runtime,
        now=operator.now,
        actor=operator.actor,
        organisation_id=organisation_id,
        kit_id=kit_id,
        terms=LicenceTerms(seats, lease_days, grace_days, check_in_days),
        kind=Kind(kind),
        first=first,
        trial_days=trial_days,
        until=until,
    )
    print_record(views.licence(view), as_json=as_json)


@licences.command("list")
@click.option("--organisation", "organisation_id", type=IDENTIFIER, help="Only those of this business.")
@click.option("--kit", "kit_id", metavar="KIT_ID", help="Only those for this kit.")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only those in this state.")
@json_option
@click.pass_obj
def list_(
    operator: Operator, organisation_id: UUID | None, kit_id: str | None, status: str | None, as_json: bool
) -> None:
    """List licences, the oldest first."""
    runtime = operator.runtime
    chosen = Status(status) if status is not None else None
    rows = every(
        lambda cursor: services.list_page(
            runtime,
            now=operator.now,
            limit=LIMIT,
            cursor=cursor,
            organisation_id=organisation_id,
            kit_id=kit_id,
            status=chosen,
        )
    )
    print_list(
        [views.licence(row) for row in rows],
        ("id", "organisation_id", "kit_id", "kind", "status", "starts_at", "ends_at", "seats_held", "seat_limit"),
        as_json=as_json,
        empty="There are no such licences.",
    )


for command in licence_acts.COMMANDS:
    licences.add_command(command)
