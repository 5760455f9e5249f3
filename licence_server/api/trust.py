"""Public keys: the root-signed keyset for kits, plain JWKS (RFC 7517) for everybody else."""

from typing import Any

from flask import Blueprint, Response, jsonify
from flask_smorest import Blueprint as DescribedBlueprint

from licence_server.api.context import now, runtime
from licence_server.api.describe import ALWAYS, described, problems
from licence_server.services import keys, trust

blueprint: Blueprint = DescribedBlueprint("trust", __name__, description="The public keys.")

_JWK = {"type": "object", "required": ["kty", "crv", "x", "y", "kid"]}


def _answer(description: str, **properties: dict[str, Any]) -> dict[Any, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {
        200: {"description": description, "content": {"application/json": {"schema": schema}}},
        **problems(ALWAYS),
    }


@blueprint.get("/api/v1/keyset")
@described(
    operationId="keyset",
    security=[],
    responses=_answer(
        "Signed by the root, as kits verify it.",
        keyset={"type": "string"},
        roots={"type": "array", "items": {"type": "string"}},
    ),
)
def keyset() -> Response:
    """The keyset in force and every change of root."""
    current = trust.read(runtime())
    return jsonify(keyset=current.keyset, roots=current.roots)


@blueprint.get("/.well-known/jwks.json")
@described(operationId="jwks", security=[], responses=_answer("RFC 7517.", keys={"type": "array", "items": _JWK}))
def jwks() -> Response:
    """The public signing keys."""
    response = jsonify(keys=keys.jwks(runtime(), now=now()))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
