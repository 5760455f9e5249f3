"""Licences: list, grant, read, change their terms."""

from typing import Any
from uuid import UUID

from licence_server.api import cursors
from licence_server.api.access import caller
from licence_server.api.context import now, runtime
from licence_server.api.team import Reply, endpoint
from licence_server.api.team import blueprint as team_blueprint
from licence_server.domain.licence import LicenceTerms
from licence_server.domain.scopes import Scope
from licence_server.schemas.licences import Licence, LicenceList, LicenceQuery, NewLicence, TermsChange
from licence_server.services import licence_acts, licences
from licence_server.services.licences import LicenceView

blueprint = team_blueprint("licences", "The right of one organisation to one kit.")

_TERMS = ("seat_limit", "lease_days", "grace_days", "check_in_days")


@endpoint(blueprint, "GET", "", scope=Scope.READ, query=LicenceQuery, answer=LicenceList, refusals=("cursor_invalid",))
def find(query: dict[str, Any]) -> Reply:
    """List licences."""
    filters: dict[str, Any] = {name: query.get(name) for name in ("organisation_id", "kit_id", "status")}
    page = licences.list_page(runtime(), now=now(), sort=query["sort"], **cursors.place(query), **filters)
    return Reply(cursors.sealed(page, query))


@endpoint(
    blueprint,
    "POST",
    "",
    scope=Scope.LICENCES_WRITE,
    body=NewLicence,
    answer=Licence,
    status=201,
    etag=True,
    refusals=("organisation_unknown", "kit_unknown", "period_invalid", "terms_invalid"),
)
def grant(body: dict[str, Any]) -> Reply:
    """Grant a licence."""
    terms = LicenceTerms(**{name: body.pop(name) for name in _TERMS if name in body})
    return reply(licences.grant(runtime(), now=now(), actor=caller().actor, terms=terms, **body))


@endpoint(
    blueprint,
    "GET",
    "/<uuid:licence_id>",
    scope=Scope.READ,
    answer=Licence,
    etag=True,
    refusals=("licence_unknown",),
)
def show(licence_id: UUID) -> Reply:
    """Read a licence."""
    return reply(licences.get(runtime(), licence_id, now=now()))


@endpoint(
    blueprint,
    "PATCH",
    "/<uuid:licence_id>",
    scope=Scope.LICENCES_WRITE,
    body=TermsChange,
    answer=Licence,
    if_match="required",
    etag=True,
    refusals=("licence_unknown", "licence_revoked", "terms_invalid"),
)
def change(licence_id: UUID, body: dict[str, Any], version: int | None) -> Reply:
    """Change the terms of a licence."""
    reason = body.pop("reason", None)
    return reply(
        licence_acts.change_terms(
            runtime(), licence_id, body, now=now(), actor=caller().actor, reason=reason, version=version
        )
    )


def reply(view: LicenceView) -> Reply:
    """A licence and its version."""
    return Reply(view, view.licence.version)
