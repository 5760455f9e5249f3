"""For whoever watches over the service."""

from flask import Blueprint, Response, jsonify

from licence_server.api.context import now, runtime
from licence_server.services import readiness

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Database reachable, migrations current, keys present."""
    found = readiness.check(runtime(), now=now())
    response = jsonify(status="ready" if found.ready else "not ready", problems=found.problems, warnings=found.warnings)
    response.status_code = 200 if found.ready else 503
    return response
