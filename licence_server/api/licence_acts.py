"""What is done to a licence: suspend, reinstate, revoke, extend."""

from typing import Any
from uuid import UUID

from licence_server.api.access import caller
from licence_server.api.context import now, runtime
from licence_server.api.licences import blueprint, reply
from licence_server.api.team import Reply, endpoint
from licence_server.domain.scopes import Scope
from licence_server.schemas.licences import Extension, Licence, Reason
from licence_server.services import licence_acts

__all__ = ["blueprint"]

_ACT: dict[str, Any] = {
    "scope": Scope.LICENCES_WRITE,
    "answer": Licence,
    "if_match": "optional",
    "etag": True,
}


@endpoint(
    blueprint,
    "POST",
    "/<uuid:licence_id>/suspend",
    body=Reason,
    refusals=("licence_unknown", "licence_revoked", "licence_suspended"),
    **_ACT,
)
def suspend(licence_id: UUID, body: dict[str, Any], version: int | None) -> Reply:
    """Stop a licence for a while."""
    return reply(licence_acts.suspend(runtime(), licence_id, **_act(body, version)))


@endpoint(
    blueprint,
    "POST",
    "/<uuid:licence_id>/reinstate",
    body=Reason,
    refusals=("licence_unknown", "licence_revoked", "licence_not_suspended"),
    **_ACT,
)
def reinstate(licence_id: UUID, body: dict[str, Any], version: int | None) -> Reply:
    """End a suspension."""
    return reply(licence_acts.reinstate(runtime(), licence_id, **_act(body, version)))


@endpoint(
    blueprint,
    "POST",
    "/<uuid:licence_id>/revoke",
    body=Reason,
    refusals=("licence_unknown", "licence_revoked"),
    **_ACT,
)
def revoke(licence_id: UUID, body: dict[str, Any], version: int | None) -> Reply:
    """End a licence for good."""
    return reply(licence_acts.revoke(runtime(), licence_id, **_act(body, version)))


@endpoint(
    blueprint,
    "POST",
    "/<uuid:licence_id>/extend",
    body=Extension,
    refusals=("licence_unknown", "licence_revoked", "extension_invalid", "period_invalid"),
    **_ACT,
)
def extend(licence_id: UUID, body: dict[str, Any], version: int | None) -> Reply:
    """Give a licence a later end."""
    return reply(licence_acts.extend(runtime(), licence_id, body["until"], **_act(body, version)))


def _act(body: dict[str, Any], version: int | None) -> dict[str, Any]:
    return {"now": now(), "actor": caller().actor, "reason": body.get("reason"), "version": version}
