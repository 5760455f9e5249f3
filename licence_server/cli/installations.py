"""`installations`: list, release, revoke."""

from uuid import UUID

import click

from licence_server.cli import views
from licence_server.cli.operator import Operator
from licence_server.cli.output import print_list, print_record
from licence_server.cli.pages import LIMIT, every
from licence_server.cli.parameters import IDENTIFIER, json_option, reason_option
from licence_server.domain.licence import MAX_DAYS
from licence_server.services import installations as services


@click.group
def installations() -> None:
    """Places where a kit runs."""


@installations.command("list")
@click.option("--organisation", "organisation_id", type=IDENTIFIER, help="Only those of this business.")
@click.option("--licence", "licence_id", type=IDENTIFIER, help="Only those under this licence.")
@click.option("--kit", "kit_id", metavar="KIT_ID", help="Only those of this kit.")
@click.option(
    "--quiet-for",
    "quiet_days",
    type=click.IntRange(0, MAX_DAYS),
    metavar="DAYS",
    help="Only active ones that have not synced for so long.",
)
@json_option
@click.pass_obj
def list_(
    operator: Operator,
    organisation_id: UUID | None,
    licence_id: UUID | None,
    kit_id: str | None,
    quiet_days: int | None,
    as_json: bool,
) -> None:
    """List installations by activation.

    One that is quiet is not one that is unused: it may be offline, or its PC wiped.
    """
    runtime = operator.runtime
    rows = every(
        lambda cursor: services.list_page(
            runtime,
            now=operator.now,
            limit=LIMIT,
            cursor=cursor,
            organisation_id=organisation_id,
            licence_id=licence_id,
            kit_id=kit_id,
            quiet_days=quiet_days,
        )
    )
    print_list(
        [views.installation(row) for row in rows],
        ("id", "organisation_id", "kit_id", "status", "holds_seat", "activated_at", "last_sync_at", "missing_reports"),
        as_json=as_json,
        empty="There are no such installations.",
    )


@installations.command
@click.argument("installation_id", type=IDENTIFIER)
@reason_option
@json_option
@click.pass_obj
def release(operator: Operator, installation_id: UUID, reason: str | None, as_json: bool) -> None:
    """Take a seat back; the kit may be activated again."""
    view = services.release(operator.runtime, installation_id, now=operator.now, actor=operator.actor, reason=reason)
    print_record(views.installation(view), as_json=as_json)


@installations.command
@click.argument("installation_id", type=IDENTIFIER)
@reason_option
@json_option
@click.pass_obj
def revoke(operator: Operator, installation_id: UUID, reason: str | None, as_json: bool) -> None:
    """End an installation for good.

    Online it stops at its next sync; offline when its lease and grace run out.
    """
    view = services.revoke(operator.runtime, installation_id, now=operator.now, actor=operator.actor, reason=reason)
    print_record(views.installation(view), as_json=as_json)
