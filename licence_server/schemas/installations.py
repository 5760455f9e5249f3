"""Installations in JSON."""

from marshmallow import fields

from licence_server.domain.licence import MAX_DAYS
from licence_server.schemas.fields import Flag, Identifier, Moment, Slug, Whole
from licence_server.schemas.lists import Answered, ListQuery, page_of, sorted_by


class InstallationQuery(ListQuery):
    """GET /installations."""

    sort = sorted_by(("activated_at",), "activated_at")
    organisation_id = Identifier()
    licence_id = Identifier()
    kit_id = Slug()
    quiet_for = Whole(
        0, MAX_DAYS, typed=True, metadata={"description": "Only active ones that have not synced for so many days."}
    )
    copied = Flag(metadata={"description": "Whether one report number came under two ids."})


class Installation(Answered):
    """One place where a kit runs."""

    id = Identifier(required=True, attribute="installation.id")
    organisation_id = Identifier(required=True, attribute="installation.organisation_id")
    licence_id = Identifier(required=True, attribute="installation.licence_id")
    kit_id = Slug(required=True, attribute="installation.kit_id")
    kit_version = fields.String(required=True, attribute="installation.kit_version")
    client = fields.String(required=True, metadata={"description": "Name and version of the SDK."})
    label = fields.String(required=True, allow_none=True, attribute="installation.label")
    status = fields.String(required=True, metadata={"enum": ["active", "released", "revoked"]})
    holds_seat = fields.Boolean(required=True)
    seat_until = Moment(required=True, allow_none=True, attribute="installation.seat_until")
    activated_at = Moment(required=True, attribute="installation.activated_at")
    last_sync_at = Moment(
        required=True,
        allow_none=True,
        attribute="installation.last_sync_at",
        metadata={"description": "Kept to the hour."},
    )
    missing_reports = fields.Integer(required=True, attribute="installation.missing_reports")
    copied = fields.Boolean(required=True)
    declined = fields.Boolean(required=True, metadata={"description": "Its user objected to usage reporting."})
    released_at = Moment(required=True, allow_none=True, attribute="installation.released_at")
    revoked_at = Moment(required=True, allow_none=True, attribute="installation.revoked_at")


InstallationList = page_of(Installation)
