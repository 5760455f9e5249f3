"""Licences in JSON."""

from typing import Any

from marshmallow import fields

from licence_server.domain.licence import MAX_DAYS, MAX_SEATS, Kind, Status
from licence_server.schemas.fields import Day, Identifier, Moment, Slug, Text, Whole
from licence_server.schemas.lists import Answered, Asked, ListQuery, page_of, sorted_by

REASON = 1000


def why() -> Text:
    """Why something is done, for the audit log."""
    return Text(REASON, allow_none=True, metadata={"description": "Why; kept in the audit log."})


def _seats(**options: Any) -> Whole:
    return Whole(1, MAX_SEATS, allow_none=True, metadata={"description": "null: unlimited"}, **options)


class NewLicence(Asked):
    """POST /licences. `trial_days` and `until` exclude each other."""

    organisation_id = Identifier(required=True)
    kit_id = Slug(required=True)
    kind = fields.Enum(Kind, by_value=True, load_default=Kind.TRIAL, metadata={"default": "trial"})
    first = Day(
        data_key="from", allow_none=True, metadata={"description": "Its first day; without one, it starts now."}
    )
    trial_days = Whole(
        1,
        MAX_DAYS,
        allow_none=True,
        metadata={"description": "Days from the first activation; a trial without any end has 183."},
    )
    until = Day(allow_none=True, metadata={"description": "Its last day."})
    seat_limit = _seats()
    lease_days = Whole(1, MAX_DAYS)
    grace_days = Whole(0, MAX_DAYS)
    check_in_days = Whole(1, MAX_DAYS)
    reason = why()


class TermsChange(Asked):
    """PATCH /licences/{id}: what is not named stays."""

    seat_limit = _seats()
    lease_days = Whole(1, MAX_DAYS)
    grace_days = Whole(0, MAX_DAYS)
    check_in_days = Whole(1, MAX_DAYS)
    reason = why()


class Reason(Asked):
    """The body of an action, which may be left out."""

    reason = why()


class Extension(Asked):
    """POST /licences/{id}/extend."""

    until = Day(required=True, metadata={"description": "The new last day, later than the present one."})
    reason = why()


class LicenceQuery(ListQuery):
    """GET /licences."""

    sort = sorted_by(("created_at",), "created_at")
    organisation_id = Identifier()
    kit_id = Slug()
    status = fields.Enum(Status, by_value=True)


class Licence(Answered):
    """The right of one organisation to one kit, between two moments."""

    id = Identifier(required=True, attribute="licence.id")
    organisation_id = Identifier(required=True, attribute="licence.organisation_id")
    kit_id = Slug(required=True, attribute="licence.kit_id")
    kind = fields.String(required=True, attribute="licence.kind", metadata={"enum": list(Kind)})
    status = fields.String(required=True, metadata={"enum": list(Status)})
    starts_at = Moment(required=True, attribute="licence.starts_at")
    ends_at = Moment(
        required=True,
        allow_none=True,
        attribute="licence.ends_at",
        metadata={"description": "null: a trial that nobody has begun, or a licence without an end."},
    )
    trial_days = fields.Integer(required=True, allow_none=True, attribute="licence.trial_days")
    first_activated_at = Moment(required=True, allow_none=True, attribute="licence.first_activated_at")
    seat_limit = fields.Integer(required=True, allow_none=True, attribute="licence.seat_limit")
    seats_held = fields.Integer(required=True)
    lease_days = fields.Integer(required=True, attribute="licence.lease_days")
    grace_days = fields.Integer(required=True, attribute="licence.grace_days")
    check_in_days = fields.Integer(required=True, attribute="licence.check_in_days")
    suspended_at = Moment(required=True, allow_none=True, attribute="licence.suspended_at")
    revoked_at = Moment(required=True, allow_none=True, attribute="licence.revoked_at")
    created_at = Moment(required=True, attribute="licence.created_at")


LicenceList = page_of(Licence)
