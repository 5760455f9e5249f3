"""Organisations in JSON."""

from typing import Any

from licence_server.domain.organisation import LENGTHS
from licence_server.schemas.fields import Email, Identifier, Line, Moment
from licence_server.schemas.lists import Answered, Asked, ListQuery, page_of, sorted_by


def _line(field: str, **options: Any) -> Line:
    return Line(LENGTHS[field], **options)


class NewOrganisation(Asked):
    """POST /organisations."""

    name = _line("name", required=True, metadata={"example": "Baker & Sons"})
    contact_email = Email(allow_none=True)
    sector = _line("sector", allow_none=True, metadata={"example": "retail"})
    reference = _line(
        "reference",
        allow_none=True,
        metadata={"description": "The team's own number for the business; unique.", "example": "B-0042"},
    )


class OrganisationChange(Asked):
    """PATCH /organisations/{id}: what is not named stays; null takes a detail away."""

    name = _line("name")
    contact_email = Email(allow_none=True)
    sector = _line("sector", allow_none=True)
    reference = _line("reference", allow_none=True)


class OrganisationQuery(ListQuery):
    """GET /organisations."""

    sort = sorted_by(("created_at", "name"), "created_at")
    sector = _line("sector")
    reference = _line("reference")
    search = Line(200, metadata={"description": "Part of the name or the reference."})


class Organisation(Answered):
    """A business that holds licences."""

    id = Identifier(required=True)
    name = Line(LENGTHS["name"], required=True)
    contact_email = Email(required=True, allow_none=True)
    sector = _line("sector", required=True, allow_none=True)
    reference = _line("reference", required=True, allow_none=True)
    created_at = Moment(required=True)


OrganisationList = page_of(Organisation)
