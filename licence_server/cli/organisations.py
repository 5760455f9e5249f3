"""`organisations`: add and list. The import of a whole file is in organisations_import.py."""

import click

from licence_server.cli import views
from licence_server.cli.operator import Operator
from licence_server.cli.organisations_import import import_
from licence_server.cli.output import print_list, print_record
from licence_server.cli.pages import LIMIT, every
from licence_server.cli.parameters import json_option
from licence_server.domain.organisation import details_of
from licence_server.services import organisations as services


@click.group
def organisations() -> None:
    """Businesses that hold licences."""


@organisations.command
@click.argument("name")
@click.option("--contact-email", metavar="E", help="Whom the team writes to.")
@click.option("--sector", metavar="S", help="Its line of business.")
@click.option("--reference", metavar="R", help="The team's own number for it; unique.")
@json_option
@click.pass_obj
def add(
    operator: Operator,
    name: str,
    contact_email: str | None,
    sector: str | None,
    reference: str | None,
    as_json: bool,
) -> None:
    """Add a business."""
    details = details_of({"name": name, "contact_email": contact_email, "sector": sector, "reference": reference})
    added = services.add(
        operator.runtime,
        now=operator.now,
        actor=operator.actor,
        name=details["name"] or "",
        contact_email=details["contact_email"],
        sector=details["sector"],
        reference=details["reference"],
    )
    print_record(views.organisation(added), as_json=as_json)


@organisations.command("list")
@click.option("--sector", metavar="S", help="Only this line of business.")
@click.option("--reference", metavar="R", help="Only the one with this number.")
@click.option("--search", metavar="TEXT", help="Only those with this in their name or reference.")
@json_option
@click.pass_obj
def list_(operator: Operator, sector: str | None, reference: str | None, search: str | None, as_json: bool) -> None:
    """List businesses, the oldest first."""
    runtime = operator.runtime
    rows = every(
        lambda cursor: services.list_page(
            runtime, limit=LIMIT, cursor=cursor, sector=sector, reference=reference, search=search
        )
    )
    print_list(
        [views.organisation(row) for row in rows],
        ("id", "name", "reference", "sector", "contact_email"),
        as_json=as_json,
        empty="There are no such organisations.",
    )


organisations.add_command(import_)
