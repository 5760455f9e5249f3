"""Hand-carried exchange: whoever brings a request takes the response back."""

import msgspec
from flask import Blueprint, Response, request
from flask_smorest import Blueprint as DescribedBlueprint

from licence_server import handover
from licence_server.api import bodies
from licence_server.api.context import now, runtime
from licence_server.api.describe import ALWAYS, OF_BODIES, described, problems
from licence_server.api.kit import ACTIVATION_REFUSED
from licence_server.handover import Bringer

blueprint: Blueprint = DescribedBlueprint(
    "exchange", __name__, url_prefix="/api/v1", description="What is carried by hand."
)

CORS_METHODS = {"/api/v1/exchange": "POST"}

_OF_MESSAGES = ("message_refused", "message_invalid", "installation_unknown")


def _one_of(*names: str) -> dict[str, object]:
    choices = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return {"content": {"application/json": {"schema": {"oneOf": choices}}}}


@blueprint.post("/exchange")
@described(
    operationId="exchange",
    security=[],
    requestBody={"required": True, **_one_of("CarriedActivation", "CarriedReports")},
    responses={
        200: {"description": "What to carry back.", **_one_of("ActivationCarriedBack", "ReceiptCarriedBack")},
        **problems((*ALWAYS, *OF_BODIES, *ACTIVATION_REFUSED, *_OF_MESSAGES)),
    },
)
def exchange() -> Response:
    """Take a carried activation or message."""
    response = handover.answer(runtime(), bodies.read_json(), Bringer(now(), request.remote_addr))
    return Response(msgspec.json.encode(response), mimetype="application/json")
