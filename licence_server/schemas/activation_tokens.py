"""Activation tokens in JSON. The token itself appears once, in the answer to the POST that issues it."""

from marshmallow import fields

from licence_server.schemas.fields import Day, Identifier, Moment, Whole
from licence_server.schemas.lists import Answered, Asked, ListQuery, page_of

MAX_USES = 1_000_000


class NewActivationToken(Asked):
    """POST /activation-tokens."""

    licence_id = Identifier(required=True)
    uses = Whole(
        1, MAX_USES, allow_none=True, metadata={"description": "How many activations it allows; null: any number."}
    )
    until = Day(allow_none=True, metadata={"description": "Its last day."})


class ActivationTokenQuery(ListQuery):
    """GET /activation-tokens."""

    licence_id = Identifier()


class ActivationToken(Answered):
    """A token without its secret."""

    id = Identifier(required=True)
    licence_id = Identifier(required=True)
    status = fields.String(required=True, metadata={"enum": ["active", "used_up", "expired", "revoked"]})
    hint = fields.String(required=True, metadata={"description": "Its last four symbols, to tell tokens apart."})
    uses = fields.Integer(required=True, metadata={"description": "Activations so far."})
    uses_limit = fields.Integer(required=True, allow_none=True)
    expires_at = Moment(required=True, allow_none=True)
    revoked_at = Moment(required=True, allow_none=True)
    created_at = Moment(required=True)


class IssuedActivationToken(ActivationToken):
    """The same, with the token: shown once, left out of a replay."""

    activation_token = fields.String(metadata={"example": "7C4M-0RTY-…", "description": "Shown once."})


ActivationTokenList = page_of(ActivationToken)
