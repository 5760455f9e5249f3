"""Installations, as the team sees them: list, read, release, revoke."""

from typing import Any
from uuid import UUID

from licence_server.api import cursors
from licence_server.api.access import caller
from licence_server.api.context import now, runtime
from licence_server.api.team import Reply, endpoint
from licence_server.api.team import blueprint as team_blueprint
from licence_server.domain.scopes import Scope
from licence_server.schemas.installations import Installation, InstallationList, InstallationQuery
from licence_server.schemas.licences import Reason
from licence_server.services import installations
from licence_server.services.installations import InstallationView

blueprint = team_blueprint("installations", "Places where a kit runs.")


@endpoint(
    blueprint,
    "GET",
    "",
    scope=Scope.READ,
    query=InstallationQuery,
    answer=InstallationList,
    refusals=("cursor_invalid",),
)
def find(query: dict[str, Any]) -> Reply:
    """List installations."""
    filters: dict[str, Any] = {name: query.get(name) for name in ("organisation_id", "licence_id", "kit_id", "copied")}
    page = installations.list_page(
        runtime(),
        now=now(),
        sort=query["sort"],
        quiet_days=query.get("quiet_for"),
        **cursors.place(query),
        **filters,
    )
    return Reply(cursors.sealed(page, query, [_shown(view) for view in page.items]))


@endpoint(
    blueprint,
    "GET",
    "/<uuid:installation_id>",
    scope=Scope.READ,
    answer=Installation,
    refusals=("installation_unknown",),
)
def show(installation_id: UUID) -> Reply:
    """Read an installation."""
    return Reply(_shown(installations.get(runtime(), installation_id, now=now())))


@endpoint(
    blueprint,
    "POST",
    "/<uuid:installation_id>/release",
    scope=Scope.LICENCES_WRITE,
    body=Reason,
    answer=Installation,
    refusals=("installation_unknown", "installation_revoked", "installation_released"),
)
def release(installation_id: UUID, body: dict[str, Any]) -> Reply:
    """Take the seat of an installation back; it may be activated again."""
    return Reply(_shown(installations.release(runtime(), installation_id, **_act(body))))


@endpoint(
    blueprint,
    "POST",
    "/<uuid:installation_id>/revoke",
    scope=Scope.LICENCES_WRITE,
    body=Reason,
    answer=Installation,
    refusals=("installation_unknown", "installation_revoked"),
)
def revoke(installation_id: UUID, body: dict[str, Any]) -> Reply:
    """End an installation for good."""
    return Reply(_shown(installations.revoke(runtime(), installation_id, **_act(body))))


def _act(body: dict[str, Any]) -> dict[str, Any]:
    return {"now": now(), "actor": caller().actor, "reason": body.get("reason")}


def _shown(view: InstallationView) -> dict[str, Any]:
    installation = view.installation
    return {
        "installation": installation,
        "status": view.status,
        "holds_seat": view.holds_seat,
        "client": f"{installation.client_name} {installation.client_version}",
        "copied": installation.copied_at is not None,
        "declined": installation.declined_at is not None,
    }
