"""`tokens`: issue, revoke, list."""

from datetime import date
from uuid import UUID

import click

from licence_server.cli import views
from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_list, print_record
from licence_server.cli.pages import LIMIT, every
from licence_server.cli.parameters import DAY, IDENTIFIER, json_option, reason_option
from licence_server.services import activation_tokens as services


@click.group
def tokens() -> None:
    """Activation tokens: what a business types to activate a kit."""


@tokens.command
@click.argument("licence_id", type=IDENTIFIER)
@click.option("--uses", type=click.IntRange(1, services.MAX_USES), help="How many activations. Default: any number.")
@click.option("--until", type=DAY, help="Its last day. Default: as long as the licence.")
@json_option
@click.pass_obj
def issue(operator: Operator, licence_id: UUID, uses: int | None, until: date | None, as_json: bool) -> None:
    """Issue a token for a licence. The token itself is printed this once."""
    issued = services.issue(
        operator.runtime, licence_id, now=operator.now, actor=operator.actor, uses=uses, until=until
    )
    print_record(views.issued_token(issued), as_json=as_json)
    note("The activation token is shown this once: only its hash is kept.")


@tokens.command
@click.argument("token_id", type=IDENTIFIER)
@reason_option
@json_option
@click.pass_obj
def revoke(operator: Operator, token_id: UUID, reason: str | None, as_json: bool) -> None:
    """End a token. Installations it has activated go on."""
    token = services.revoke(operator.runtime, token_id, now=operator.now, actor=operator.actor, reason=reason)
    print_record(views.token(token), as_json=as_json)


@tokens.command("list")
@click.option("--licence", "licence_id", type=IDENTIFIER, help="Only those of this licence.")
@json_option
@click.pass_obj
def list_(operator: Operator, licence_id: UUID | None, as_json: bool) -> None:
    """List tokens by their last four symbols, the oldest first."""
    runtime = operator.runtime
    rows = every(lambda cursor: services.list_page(runtime, limit=LIMIT, cursor=cursor, licence_id=licence_id))
    print_list(
        [views.token(row) for row in rows],
        ("id", "licence_id", "hint", "uses", "uses_limit", "expires_at", "revoked_at"),
        as_json=as_json,
        empty="There are no such tokens.",
    )
