"""`kits`: add and list."""

import click

from licence_server.cli import views
from licence_server.cli.operator import Operator
from licence_server.cli.output import print_list, print_record
from licence_server.cli.pages import LIMIT, every
from licence_server.cli.parameters import ITEM, SLUG, json_option
from licence_server.domain.text import one_line
from licence_server.services import kits as services

LONGEST = 200
Items = tuple[tuple[str, str], ...]


@click.group
def kits() -> None:
    """Training kits, with their films and documents."""


@kits.command
@click.argument("kit_id", type=SLUG)
@click.argument("name")
@click.argument("more", type=ITEM, nargs=-1, metavar="[ITEM_ID=TITLE]...")
@click.option(
    "--item", "items", type=ITEM, multiple=True, required=True, help="A film or document; once for each, in order."
)
@json_option
@click.pass_obj
def add(operator: Operator, kit_id: str, name: str, items: Items, more: Items, as_json: bool) -> None:
    """Add a kit, or new items to one that exists.

    Further items may follow the first one: --item film-1="A title" film-2="Another".

    Run again for a kit that exists, under its name, it adds the items the kit does not have yet and takes
    over the titles given. Where nothing is new it refuses.
    """
    items = (*items, *more)
    if len(dict(items)) < len(items):
        raise click.UsageError("The same --item is given twice.")
    kit = services.add_or_extend(
        operator.runtime,
        kit_id,
        now=operator.now,
        actor=operator.actor,
        name=one_line(name, "name", LONGEST),
        items={item_id: one_line(title, f"title of {item_id}", LONGEST) for item_id, title in items},
    )
    print_record(views.kit(kit), as_json=as_json)


@kits.command("list")
@json_option
@click.pass_obj
def list_(operator: Operator, as_json: bool) -> None:
    """List kits."""
    runtime = operator.runtime
    rows = every(lambda cursor: services.list_page(runtime, limit=LIMIT, cursor=cursor))
    print_list(
        [{**views.kit(row), "item_count": len(row.items)} for row in rows],
        ("id", "name", "item_count"),
        as_json=as_json,
        empty="There are no kits yet.",
    )
