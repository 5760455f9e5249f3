"""The kit endpoints: activate, sync, give a seat back."""

import json
from typing import Any
from uuid import UUID

import msgspec
from flask import Blueprint, Response, request
from flask_smorest import Blueprint as DescribedBlueprint
from msgspec import UNSET
from werkzeug.datastructures import Headers

from licence_server.api import bodies
from licence_server.api.context import bearer_token, now, runtime
from licence_server.api.describe import ALWAYS, INSTALLATION_TOKEN, OF_BODIES, described, problems
from licence_server.domain.errors import LicenceServerError
from licence_server.handover import activation_response, asked_activation, verdict_body, written
from licence_server.schemas import shapes
from licence_server.schemas.kit import ActivationRequest, ResultBody, SyncRequest, SyncResponse
from licence_server.services import activations, installation_tokens, installations, syncs
from licence_server.services.syncs import CheckIn

blueprint: Blueprint = DescribedBlueprint("kit", __name__, url_prefix="/api/v1", description="What kits call.")

CORS_METHODS = {
    "/api/v1/activations": "POST",
    "/api/v1/sync": "POST",
    "/api/v1/installations/<uuid:installation_id>": "DELETE",
}

ACTIVATION_REFUSED = (
    *("token_unknown", "token_revoked", "token_expired", "installation_elsewhere"),
    *("installation_revoked", "kit_mismatch", "licence_revoked", "licence_suspended"),
    *("licence_expired", "licence_pending", "token_used_up", "seat_limit_reached", "too_many_attempts"),
)
_TOKEN_REFUSED = ("token_missing", "installation_token_unknown")


def _body(name: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


@blueprint.post("/activations")
@described(
    operationId="activate",
    security=[],
    requestBody={"required": True, **_body("ActivationRequest")},
    responses={
        200: {"description": "It holds its seat already.", **_body("ActivationResponse")},
        201: {"description": "It took a seat.", **_body("ActivationResponse")},
        **problems((*ALWAYS, *OF_BODIES, *ACTIVATION_REFUSED)),
    },
)
def activate() -> Response:
    """Activate an installation."""
    asked = asked_activation(shapes.load(bodies.read_json(), ActivationRequest))
    moment = now()
    activated = activations.activate(runtime(), asked, now=moment, address=request.remote_addr)
    return _json(activation_response(activated, moment), 201 if activated.took_seat else 200)


@blueprint.post("/sync")
@described(
    operationId="sync",
    security=[{INSTALLATION_TOKEN: []}],
    requestBody={"required": True, **_body("SyncRequest")},
    responses={
        200: {"description": "The verdict, and what became of each report.", **_body("SyncResponse")},
        **problems((*ALWAYS, *OF_BODIES, *_TOKEN_REFUSED)),
    },
)
def sync() -> Response:
    """Take reports, answer with the verdict and a lease."""
    token = bearer_token()
    try:
        body = shapes.load(bodies.read_json(), SyncRequest)
    except LicenceServerError:
        # Whoever shows no known token learns that, whatever else is wrong.
        installation_tokens.require_known(runtime(), token, now=now())
        raise
    moment = now()
    usage_reporting = None if body.usage_reporting is UNSET else body.usage_reporting
    answer = syncs.sync(runtime(), token, CheckIn(body.sent_at, body.reports, usage_reporting), now=moment)
    return _json(
        SyncResponse(
            verdict=verdict_body(answer.verdict),
            lease=answer.lease,
            keyset=answer.trust.keyset,
            roots=answer.trust.roots,
            results=[ResultBody(result.id, result.status, result.code, result.detail) for result in answer.results],
            server_time=written(moment),
        ),
        200,
    )


@blueprint.delete("/installations/<uuid:installation_id>")
@described(
    operationId="release",
    security=[{INSTALLATION_TOKEN: []}],
    responses={
        204: {"description": "The seat is free."},
        **problems((*ALWAYS, *_TOKEN_REFUSED, "not_found", "installation_unknown")),
    },
)
def release(installation_id: UUID) -> Response:
    """Give the seat back; again is no error."""
    installations.give_back(runtime(), installation_id, bearer_token(), now=now())
    return Response(status=204)


class _Answer(Response):
    """Sent as it is. Flask's own looks through a copy of its headers for a Location to complete, and for a length that
    goes with no content; here is neither."""

    def get_wsgi_headers(self, _environ: Any) -> Headers:
        return self.headers


def _json(answer: msgspec.Struct, status: int) -> Response:
    try:
        text = msgspec.json.encode(answer)
    except UnicodeEncodeError:
        # An id that is no UUID comes back as sent, lone surrogates and all.
        text = json.dumps(msgspec.to_builtins(answer)).encode()
    return _Answer(text, status=status, content_type="application/json")
