"""For whoever watches over the service."""

from typing import Any

from flask import Blueprint, Response, jsonify
from flask_smorest import Blueprint as DescribedBlueprint

from licence_server.api.context import now, runtime
from licence_server.api.describe import described, problems
from licence_server.services import readiness

blueprint: Blueprint = DescribedBlueprint("health", __name__, description="For whoever watches over the service.")

_WORDS = {"type": "array", "items": {"type": "string"}}


def _answer(description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_READINESS: dict[str, Any] = {"status": {"type": "string"}, "problems": _WORDS, "warnings": _WORDS}


@blueprint.get("/healthz")
@described(
    operationId="healthz",
    security=[],
    responses={200: _answer("It does.", status={"type": "string"}), **problems(["internal_error"])},
)
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@described(
    operationId="readyz",
    security=[],
    responses={
        200: _answer("Ready.", **_READINESS),
        503: _answer("Not ready; `problems` says why.", **_READINESS),
        **problems(["internal_error"]),
    },
)
def readyz() -> Response:
    """Database reachable, migrations current, keys present."""
    found = readiness.check(runtime(), now=now())
    response = jsonify(status="ready" if found.ready else "not ready", problems=found.problems, warnings=found.warnings)
    response.status_code = 200 if found.ready else 503
    return response
