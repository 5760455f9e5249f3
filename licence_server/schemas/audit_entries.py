"""Audit entries in JSON."""

from marshmallow import fields

from licence_server.schemas.fields import Line, Moment
from licence_server.schemas.lists import Answered, ListQuery, page_of


class AuditEntryQuery(ListQuery):
    """GET /audit-entries: newest first."""

    action = Line(50, metadata={"example": "licence_granted"})
    subject = Line(200, metadata={"example": "licence:0c5d…"})


class AuditEntry(Answered):
    """Who did what, when and why. Contact details are keyed hashes."""

    id = fields.Integer(required=True, attribute="number", metadata={"description": "Counts up from 1, without gaps."})
    at = Moment(required=True)
    actor = fields.String(required=True)
    action = fields.String(required=True)
    subject = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    before = fields.Dict(required=True, allow_none=True)
    after = fields.Dict(required=True, allow_none=True)
    hash = fields.String(required=True, metadata={"description": "SHA-256 over this entry and the hash before it."})


AuditEntryList = page_of(
    AuditEntry,
    head=fields.String(
        required=True,
        metadata={"description": "Where the whole chain ends, as `N:HASH`: note it to find a cut tail later."},
    ),
)
