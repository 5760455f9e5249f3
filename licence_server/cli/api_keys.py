"""`api-keys`: create, list, revoke."""

from uuid import UUID

import click

from licence_server.cli import views
from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_list, print_record
from licence_server.cli.parameters import IDENTIFIER, json_option
from licence_server.domain.scopes import Scope
from licence_server.domain.text import one_line
from licence_server.services import api_keys as services

LONGEST = 100
SCOPE = click.Choice([scope.value for scope in Scope])


@click.group("api-keys")
def api_keys() -> None:
    """Keys for the team's own programs."""


@api_keys.command
@click.argument("name")
@click.argument("more", type=SCOPE, nargs=-1, metavar="[SCOPE]...")
@click.option("--scope", "scopes", type=SCOPE, multiple=True, required=True, help="What it may do; admin: all of it.")
@json_option
@click.pass_obj
def create(operator: Operator, name: str, scopes: tuple[str, ...], more: tuple[str, ...], as_json: bool) -> None:
    """Create a key. The key itself is printed this once.

    Further scopes may follow the first one: --scope read reports:read.
    """
    created = services.create(
        operator.runtime,
        now=operator.now,
        actor=operator.actor,
        name=one_line(name, "name", LONGEST),
        scopes=[Scope(scope) for scope in (*scopes, *more)],
    )
    print_record(views.created_key(created), as_json=as_json)
    note("The API key is shown this once: only its hash is kept.")


@api_keys.command("list")
@json_option
@click.pass_obj
def list_(operator: Operator, as_json: bool) -> None:
    """List keys, the oldest first."""
    print_list(
        [views.api_key(row) for row in services.list_all(operator.runtime)],
        ("id", "name", "scopes", "created_at", "revoked_at"),
        as_json=as_json,
        empty="There are no API keys.",
    )


@api_keys.command
@click.argument("key_id", type=IDENTIFIER)
@json_option
@click.pass_obj
def revoke(operator: Operator, key_id: UUID, as_json: bool) -> None:
    """End a key at once."""
    key = services.revoke(operator.runtime, key_id, now=operator.now, actor=operator.actor)
    print_record(views.api_key(key), as_json=as_json)
