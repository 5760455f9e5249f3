"""Kits: list, add, read, rename, add items."""

from typing import Any

from licence_server.api import cursors
from licence_server.api.access import caller
from licence_server.api.context import now, runtime
from licence_server.api.team import Reply, endpoint
from licence_server.api.team import blueprint as team_blueprint
from licence_server.domain.scopes import Scope
from licence_server.schemas.kits import Kit, KitChange, KitList, KitQuery, NewKit
from licence_server.services import kits

blueprint = team_blueprint("kits", "What is licensed: kits and their items.")


@endpoint(blueprint, "GET", "", scope=Scope.READ, query=KitQuery, answer=KitList, refusals=("cursor_invalid",))
def find(query: dict[str, Any]) -> Reply:
    """List kits."""
    return Reply(cursors.sealed(kits.list_page(runtime(), **cursors.place(query)), query))


@endpoint(
    blueprint,
    "POST",
    "",
    scope=Scope.LICENCES_WRITE,
    body=NewKit,
    answer=Kit,
    status=201,
    etag=True,
    refusals=("kit_exists",),
)
def add(body: dict[str, Any]) -> Reply:
    """Add a kit."""
    kit = kits.add(
        runtime(),
        now=now(),
        actor=caller().actor,
        kit_id=body["id"],
        name=body["name"],
        items=_titles(body["items"]),
    )
    return Reply(kit, kit.version)


@endpoint(blueprint, "GET", "/<slug:kit_id>", scope=Scope.READ, answer=Kit, etag=True, refusals=("kit_unknown",))
def show(kit_id: str) -> Reply:
    """Read a kit."""
    kit = kits.get(runtime(), kit_id)
    return Reply(kit, kit.version)


@endpoint(
    blueprint,
    "PATCH",
    "/<slug:kit_id>",
    scope=Scope.LICENCES_WRITE,
    body=KitChange,
    answer=Kit,
    if_match="required",
    etag=True,
    refusals=("kit_unknown",),
)
def change(kit_id: str, body: dict[str, Any], version: int | None) -> Reply:
    """Rename a kit, add items, retitle items."""
    kit = kits.update(
        runtime(),
        kit_id,
        now=now(),
        actor=caller().actor,
        name=body.get("name"),
        items=_titles(body.get("items", [])),
        version=version,
    )
    return Reply(kit, kit.version)


def _titles(items: list[dict[str, str]]) -> dict[str, str]:
    return {item["id"]: item["title"] for item in items}
