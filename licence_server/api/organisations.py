"""Organisations: list, add, read, change."""

from typing import Any
from uuid import UUID

from licence_server.api import cursors
from licence_server.api.access import caller
from licence_server.api.context import now, runtime
from licence_server.api.team import Reply, endpoint
from licence_server.api.team import blueprint as team_blueprint
from licence_server.domain.scopes import Scope
from licence_server.schemas.organisations import (
    NewOrganisation,
    Organisation,
    OrganisationChange,
    OrganisationList,
    OrganisationQuery,
)
from licence_server.services import organisations

blueprint = team_blueprint("organisations", "Businesses that hold licences.")


@endpoint(
    blueprint,
    "GET",
    "",
    scope=Scope.READ,
    query=OrganisationQuery,
    answer=OrganisationList,
    refusals=("cursor_invalid",),
)
def find(query: dict[str, Any]) -> Reply:
    """List organisations."""
    filters: dict[str, Any] = {name: query.get(name) for name in ("sector", "reference", "search")}
    page = organisations.list_page(runtime(), sort=query["sort"], **cursors.place(query), **filters)
    return Reply(cursors.sealed(page, query))


@endpoint(
    blueprint,
    "POST",
    "",
    scope=Scope.LICENCES_WRITE,
    body=NewOrganisation,
    answer=Organisation,
    status=201,
    etag=True,
    refusals=("reference_taken",),
)
def add(body: dict[str, Any]) -> Reply:
    """Add an organisation."""
    organisation = organisations.add(runtime(), now=now(), actor=caller().actor, **body)
    return Reply(organisation, organisation.version)


@endpoint(
    blueprint,
    "GET",
    "/<uuid:organisation_id>",
    scope=Scope.READ,
    answer=Organisation,
    etag=True,
    refusals=("organisation_unknown",),
)
def show(organisation_id: UUID) -> Reply:
    """Read an organisation."""
    organisation = organisations.get(runtime(), organisation_id)
    return Reply(organisation, organisation.version)


@endpoint(
    blueprint,
    "PATCH",
    "/<uuid:organisation_id>",
    scope=Scope.LICENCES_WRITE,
    body=OrganisationChange,
    answer=Organisation,
    if_match="required",
    etag=True,
    refusals=("organisation_unknown", "reference_taken"),
)
def change(organisation_id: UUID, body: dict[str, Any], version: int | None) -> Reply:
    """Change an organisation."""
    organisation = organisations.update(
        runtime(), organisation_id, body, now=now(), actor=caller().actor, version=version
    )
    return Reply(organisation, organisation.version)
