"""Activation tokens: list, issue, read, revoke."""

from typing import Any
from uuid import UUID

from licence_server.api import cursors
from licence_server.api.access import caller
from licence_server.api.context import now, runtime
from licence_server.api.team import Reply, endpoint
from licence_server.api.team import blueprint as team_blueprint
from licence_server.domain.scopes import Scope
from licence_server.schemas.activation_tokens import (
    ActivationToken,
    ActivationTokenList,
    ActivationTokenQuery,
    IssuedActivationToken,
    NewActivationToken,
)
from licence_server.schemas.licences import Reason
from licence_server.services import activation_tokens

blueprint = team_blueprint("activation-tokens", "The secrets that organisations activate kits with.")


@endpoint(
    blueprint,
    "GET",
    "",
    scope=Scope.READ,
    query=ActivationTokenQuery,
    answer=ActivationTokenList,
    refusals=("cursor_invalid",),
)
def find(query: dict[str, Any]) -> Reply:
    """List activation tokens, without their secrets."""
    page = activation_tokens.list_page(runtime(), licence_id=query.get("licence_id"), **cursors.place(query))
    return Reply(cursors.sealed(page, query, [_shown(token) for token in page.items]))


@endpoint(
    blueprint,
    "POST",
    "",
    scope=Scope.LICENCES_WRITE,
    body=NewActivationToken,
    answer=IssuedActivationToken,
    status=201,
    secrets=("activation_token",),
    refusals=("licence_unknown", "licence_revoked", "uses_invalid", "until_invalid"),
)
def issue(body: dict[str, Any]) -> Reply:
    """Issue an activation token; the answer shows it once."""
    issued = activation_tokens.issue(runtime(), body.pop("licence_id"), now=now(), actor=caller().actor, **body)
    return Reply({**_shown(issued.token), "activation_token": issued.secret})


@endpoint(
    blueprint,
    "GET",
    "/<uuid:token_id>",
    scope=Scope.READ,
    answer=ActivationToken,
    refusals=("activation_token_unknown",),
)
def show(token_id: UUID) -> Reply:
    """Read an activation token, without its secret."""
    return Reply(_shown(activation_tokens.get(runtime(), token_id)))


@endpoint(
    blueprint,
    "POST",
    "/<uuid:token_id>/revoke",
    scope=Scope.LICENCES_WRITE,
    body=Reason,
    answer=ActivationToken,
    refusals=("activation_token_unknown", "token_revoked"),
)
def revoke(token_id: UUID, body: dict[str, Any]) -> Reply:
    """End a token; installations that it activated go on."""
    act: dict[str, Any] = {"now": now(), "actor": caller().actor, "reason": body.get("reason")}
    return Reply(_shown(activation_tokens.revoke(runtime(), token_id, **act)))


def _shown(token: Any) -> dict[str, Any]:
    names = ("id", "licence_id", "hint", "uses", "uses_limit", "expires_at", "revoked_at", "created_at")
    return {**{name: getattr(token, name) for name in names}, "status": activation_tokens.status(token, now())}
