"""What kits send and get: the bodies of the kit endpoints.

These are msgspec structs, not marshmallow schemas: they sit on the hot path, and the same definitions
describe the endpoints in OpenAPI (docs/decisions/0002).
"""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from licence_server.domain.usage_report import Moment, Report

MAX_REPORTS = 500

REF = "#/components/schemas/{name}"
NO_NUL = {"pattern": r"^[^\x00]*$"}

Text = Annotated[str, Meta(min_length=1, max_length=50, extra_json_schema=NO_NUL)]
AnyReport = Annotated[
    Any,
    Meta(
        description="A usage report. Anything else is taken too, and refused alone in `results`.",
        extra_json_schema={"anyOf": [{"$ref": REF.format(name=name)} for name in ("Session", "Feedback")] + [{}]},
    ),
]


class KitVersion(Struct, forbid_unknown_fields=True, frozen=True):
    """Which build of which kit asks."""

    id: Annotated[str, Meta(min_length=1, max_length=64, extra_json_schema=NO_NUL)]
    version: Text


class Client(Struct, forbid_unknown_fields=True, frozen=True):
    """Which SDK asks."""

    name: Text
    version: Text


class ActivationRequest(Struct, forbid_unknown_fields=True, frozen=True):
    """POST /activations."""

    activation_token: Annotated[str, Meta(max_length=200, extra_json_schema=NO_NUL)]
    installation_id: UUID
    kit: KitVersion
    client: Client
    label: Annotated[str, Meta(max_length=100, extra_json_schema=NO_NUL)] | None = None


class SyncRequest(Struct, forbid_unknown_fields=True, frozen=True):
    """POST /sync. Each report is judged on its own, so here it may be anything."""

    sent_at: Moment
    reports: Annotated[list[AnyReport], Meta(max_length=MAX_REPORTS)] = []
    usage_reporting: Literal["on", "off"] | UnsetType = UNSET


class VerdictBody(Struct, frozen=True):
    """The server's answer with its reason."""

    valid: bool
    code: str
    detail: str


class ResultBody(Struct, frozen=True, omit_defaults=True):
    """What became of one report, in the order sent."""

    id: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    code: str | None = None
    detail: str | None = None


class SyncResponse(Struct, frozen=True):
    """200 of POST /sync."""

    verdict: VerdictBody
    lease: str | None
    keyset: str
    roots: list[str]
    results: list[ResultBody]
    server_time: str


class ActivationResponse(Struct, frozen=True):
    """201 or 200 of POST /activations."""

    installation_id: str
    installation_token: str
    message_key: str
    message_kid: str
    verdict: VerdictBody
    lease: str
    keyset: str
    roots: list[str]
    server_time: str


def components() -> dict[str, Any]:
    """The JSON Schemas of all this by name, reports included, for OpenAPI."""
    shapes = (ActivationRequest, ActivationResponse, SyncRequest, SyncResponse, Report)
    found: dict[str, Any] = msgspec.json.schema_components(shapes, ref_template=REF)[1]
    return found
