"""What is carried by hand, from request to response: the same thing through every door.

The API, the page, and the command line each get a document from somewhere and put the answer somewhere; what
lies between is here: load it, call one service, dump. An activation by network has the same body and answer, so the
API takes these from here too.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from licence_server.domain import dates, json_text
from licence_server.domain.errors import Invalid, LicenceServerError, Malformed
from licence_server.domain.verdict import Verdict
from licence_server.schemas import shapes
from licence_server.schemas.exchange import (
    ActivationCarriedBack,
    CarriedActivation,
    CarriedReports,
    ReceiptCarriedBack,
    Refusal,
    RefusalCarriedBack,
)
from licence_server.schemas.kit import ActivationRequest, ActivationResponse, VerdictBody
from licence_server.services import activations, exchanges
from licence_server.services.activation_judgements import Activation
from licence_server.services.activations import Activated
from licence_server.services.runtime import Runtime

Response = ActivationCarriedBack | ReceiptCarriedBack

# A kit on the network hears this refusal, begins anew as another installation and asks again.
_TO_BE_HEARD = "installation_elsewhere"


@dataclass(frozen=True)
class Bringer:
    """When a request came, and from which address: used only to slow down guessing."""

    now: datetime
    address: str | None


def answer(runtime: Runtime, document: Any, bringer: Bringer) -> Response:
    """The response to a decoded request. Raises what activations and exchanges raise; Invalid."""
    members = document.keys() if isinstance(document, dict) else set()
    if "activation" in members and "message" not in members:
        carried = shapes.load(document, CarriedActivation)
        activated = activations.activate(
            runtime, asked_activation(carried.activation), now=bringer.now, address=bringer.address
        )
        return ActivationCarriedBack(activation_response(activated, bringer.now))
    if "message" in members and "activation" not in members:
        message = shapes.load(document, CarriedReports).message
        taken = exchanges.take_message(runtime, message, now=bringer.now)
        return ReceiptCarriedBack(taken.receipt, taken.lease, taken.trust.keyset, taken.trust.roots, taken.confirmation)
    rule = "holds either `activation` or `message`"
    raise Invalid("body_invalid", f"A request {rule}.", {"body": rule})


def read_file(content: bytes) -> Any:
    """The decoded request in a file; a message may stand in it bare. Raises Malformed."""
    # Editors and mail programs put a byte order mark before and a line end after.
    text = content.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        return json_text.decode(text)
    except Malformed:
        if text.count(b".") == 2 and text.isascii() and not text.startswith(b"{"):
            return {"message": text.decode()}
        raise


def refusal_for_kit(error: LicenceServerError, document: Any) -> RefusalCarriedBack | None:
    """The response that tells a kit of a refusal, where the kit itself has to act on it. document: its request.

    Every other refusal is for people: they mend what is wrong and bring the very same request again.
    """
    if error.code != _TO_BE_HEARD:
        return None
    return RefusalCarriedBack(Refusal(document["activation"]["installation_id"], error.code, error.detail))


def write_file(response: Response | RefusalCarriedBack) -> bytes:
    """The response as the bytes of a file."""
    return msgspec.json.format(msgspec.json.encode(response), indent=1) + b"\n"


def receipt_claims(receipt: str) -> dict[str, Any]:
    """The claims of a receipt of our own making."""
    payload = receipt.split(".")[1]
    claims: dict[str, Any] = json_text.decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def asked_activation(body: ActivationRequest) -> Activation:
    """What the body of an activation asks for."""
    return Activation(
        activation_token=body.activation_token,
        installation_id=body.installation_id,
        kit_id=body.kit.id,
        kit_version=body.kit.version,
        client_name=body.client.name,
        client_version=body.client.version,
        label=body.label,
    )


def activation_response(activated: Activated, server_time: datetime) -> ActivationResponse:
    """What an activated kit gets."""
    return ActivationResponse(
        installation_id=str(activated.installation_id),
        installation_token=activated.installation_token,
        message_key=urlsafe_b64encode(activated.message_key).rstrip(b"=").decode(),
        message_kid=activated.message_kid,
        verdict=verdict_body(activated.verdict),
        lease=activated.lease,
        keyset=activated.trust.keyset,
        roots=activated.trust.roots,
        server_time=written(server_time),
    )


def verdict_body(said: Verdict) -> VerdictBody:
    """A verdict on the wire."""
    return VerdictBody(said.valid, said.code, said.detail)


def written(moment: datetime) -> str:
    """A moment on the wire: RFC 3339 in UTC."""
    return dates.written(moment, "milliseconds")
