"""What is carried by hand: a request on the way there, a response on the way back."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from licence_server.schemas.kit import NO_NUL, REF, ActivationRequest, ActivationResponse


class CarriedActivation(Struct, forbid_unknown_fields=True, frozen=True):
    """The body of POST /activations, carried. It holds the activation token."""

    activation: ActivationRequest


class CarriedReports(Struct, forbid_unknown_fields=True, frozen=True):
    """Reports in a message signed by the kit (`kit-message+jwt`)."""

    message: Annotated[str, Meta(extra_json_schema=NO_NUL)]


class ActivationCarriedBack(Struct, frozen=True):
    """The answer to a carried activation. It holds the installation's secrets."""

    activation: ActivationResponse


class Refusal(Struct, frozen=True):
    """Why an activation was refused, as in a problem document, and whose: another installation leaves it alone."""

    installation_id: str
    code: str
    detail: str


class RefusalCarriedBack(Struct, frozen=True):
    """The answer to a carried activation that was refused. It holds no secret."""

    activation: Refusal


class ReceiptCarriedBack(Struct, frozen=True):
    """receipt: a `kit-receipt+jwt`. lease: there whenever its verdict is valid. confirmation: eight symbols
    that acknowledge the message when they are typed into the kit."""

    receipt: str
    lease: str | None
    keyset: str
    roots: list[str]
    confirmation: str


def components() -> dict[str, Any]:
    """The JSON Schemas of all this by name, for OpenAPI."""
    shapes = (CarriedActivation, CarriedReports, ActivationCarriedBack, ReceiptCarriedBack)
    found: dict[str, Any] = msgspec.json.schema_components(shapes, ref_template=REF)[1]
    return found
