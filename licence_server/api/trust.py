"""Public keys: the root-signed keyset for kits, plain JWKS (RFC 7517) for everybody else."""

from flask import Blueprint, Response, jsonify

from licence_server.api.context import now, runtime
from licence_server.services import keys, trust

blueprint = Blueprint("trust", __name__)


@blueprint.get("/api/v1/keyset")
def keyset() -> Response:
    """The keyset in force and every change of root."""
    current = trust.read(runtime())
    return jsonify(keyset=current.keyset, roots=current.roots)


@blueprint.get("/.well-known/jwks.json")
def jwks() -> Response:
    """The public signing keys."""
    response = jsonify(keys=keys.jwks(runtime(), now=now()))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
