"""`feedback`: list what people said, redact a comment."""

from dataclasses import asdict
from datetime import date
from uuid import UUID

import click

from licence_server.cli.operator import Operator
from licence_server.cli.output import print_list, print_record
from licence_server.cli.pages import LIMIT, every
from licence_server.cli.parameters import DAY, IDENTIFIER, MAX_REASON, json_option
from licence_server.domain.period import Period
from licence_server.domain.text import one_line
from licence_server.services import feedback as services
from licence_server.services.feedback import FeedbackFilter


@click.group
def feedback() -> None:
    """Ratings and comments on kits and their items."""


@feedback.command("list")
@click.option("--organisation", "organisation_id", type=IDENTIFIER, help="Only from this business.")
@click.option("--kit", "kit_id", metavar="KIT_ID", help="Only on this kit.")
@click.option("--item", "item_id", metavar="ITEM_ID", help="Only on this item.")
@click.option("--rating", type=click.IntRange(1, 5), help="Only with this rating.")
@click.option("--from", "first", type=DAY, help="Only given on this day or later.")
@click.option("--to", "last", type=DAY, help="Only given on this day or earlier.")
@click.option("--commented", is_flag=True, help="Only with a comment.")
@json_option
@click.pass_obj
def list_(
    operator: Operator,
    organisation_id: UUID | None,
    kit_id: str | None,
    item_id: str | None,
    rating: int | None,
    first: date | None,
    last: date | None,
    commented: bool,
    as_json: bool,
) -> None:
    """List feedback, the newest first."""
    wanted = FeedbackFilter(Period(first, last), organisation_id, kit_id, item_id, rating, commented)
    rows = every(lambda cursor: services.list_page(operator.runtime, wanted, limit=LIMIT, cursor=cursor))
    print_list(
        [asdict(row) for row in rows],
        ("id", "day", "organisation", "kit_id", "item_id", "rating", "comment", "redacted_at"),
        as_json=as_json,
        empty="There is no such feedback.",
    )


@feedback.command
@click.argument("report_id", metavar="FEEDBACK_ID", type=IDENTIFIER)
@click.option(
    "--reason",
    required=True,
    callback=lambda _context, _parameter, value: one_line(value, "reason", MAX_REASON),
    help="Why, for the audit log. Do not repeat the comment.",
)
@json_option
@click.pass_obj
def redact(operator: Operator, report_id: UUID, reason: str, as_json: bool) -> None:
    """Take a comment away for good; its rating stays.

    Backups made before still hold it.
    """
    done = services.redact(operator.runtime, report_id, reason, now=operator.now, actor=operator.actor)
    print_record(asdict(done), as_json=as_json)
