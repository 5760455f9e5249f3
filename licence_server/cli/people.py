"""`people`: who may sign in to the console."""

import click

from licence_server.cli import views
from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_list, print_record
from licence_server.cli.parameters import json_option
from licence_server.domain.errors import NotFound
from licence_server.domain.roles import Role
from licence_server.services import people as services

_ONCE = "The one-time password is shown this once; it is good for a week, and replaced at the first sign-in."


@click.group
def people() -> None:
    """Members of the team: who may sign in to the console."""


@people.command
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What they may do.")
@json_option
@click.pass_obj
def add(operator: Operator, email: str, role: str, as_json: bool) -> None:
    """Add a member; prints a one-time password."""
    admitted = services.add(operator.runtime, email, Role(role), now=operator.now, actor=operator.actor)
    print_record(views.admitted(admitted), as_json=as_json)
    note(_ONCE)


@people.command
@click.argument("email")
@json_option
@click.pass_obj
def reset(operator: Operator, email: str, as_json: bool) -> None:
    """Give a member a new one-time password.

    Forgets their password and second factor, and ends their sessions.
    """
    admitted = services.reset(operator.runtime, email, now=operator.now, actor=operator.actor)
    print_record(views.admitted(admitted), as_json=as_json)
    note(_ONCE)


@people.command
@click.argument("email")
@json_option
@click.pass_obj
def remove(operator: Operator, email: str, as_json: bool) -> None:
    """End a member's access and sessions."""
    found = [person for person in services.list_all(operator.runtime) if person.email == email.strip().casefold()]
    if not found:
        raise NotFound("person_unknown", "There is no such member of the team.")
    person = services.remove(operator.runtime, found[0].id, now=operator.now, actor=operator.actor)
    print_record(views.person(person), as_json=as_json)


@people.command("list")
@json_option
@click.pass_obj
def list_(operator: Operator, as_json: bool) -> None:
    """List members, former ones too."""
    print_list(
        [views.person(person) for person in services.list_all(operator.runtime)],
        ("id", "email", "role", "second_factor", "removed_at"),
        as_json=as_json,
        empty="There are no members yet: `licence-server people add`.",
    )
