"""The API described by itself: OpenAPI 3.1, generated from the code that answers."""

import json
from importlib.metadata import version
from threading import Lock
from typing import Any

from flask import Blueprint, Flask, Response, current_app
from flask_smorest import Api
from flask_smorest import Blueprint as DescribedBlueprint

from licence_server.api.converters import SlugConverter
from licence_server.api.describe import ALWAYS, API_KEY, INSTALLATION_TOKEN, described, problems
from licence_server.domain.identifiers import SLUG
from licence_server.schemas import kit

API = "licence_server_api"

DESCRIPTION = """Licences for training kits, and an honest count of the people who use them.

Programs of the team show an API key; kits show the token that their activation gave them. Every refusal is a
problem document (RFC 9457) with a stable `code`. Lists answer `{"items", "next_cursor"}`. A POST may carry an
`Idempotency-Key`; a PATCH carries `If-Match`."""

PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "For people."},
        "errors": {
            "type": "object",
            "description": "Field to what is wrong with it.",
            "additionalProperties": {"type": "string"},
        },
    },
    "required": ["type", "title", "status", "code", "detail"],
}

blueprint: Blueprint = DescribedBlueprint("openapi", __name__, description="The API described by itself.")


def register(app: Flask, blueprints: list[Any]) -> None:
    """Register blueprints that describe themselves; their descriptions are put together when first asked for."""
    app.url_map.converters["slug"] = SlugConverter
    options = {
        "title": "Licence and usage server",
        "version": version("licence-server"),
        "openapi_version": "3.1.0",
        "info": {"description": DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
    }
    api = Api(app, spec_kwargs=options)
    # Every operation names its own refusals.
    api.DEFAULT_ERROR_RESPONSE_NAME = None
    api.register_converter(SlugConverter, lambda _: {"type": "string", "pattern": f"^{SLUG}$"})
    components = api.spec.components
    components.security_scheme(API_KEY, {"type": "http", "scheme": "bearer", "description": "A key of the team."})
    components.security_scheme(
        INSTALLATION_TOKEN, {"type": "http", "scheme": "bearer", "description": "What an activation gave the kit."}
    )
    components.schema("Problem", PROBLEM)
    for name, schema in kit.components().items():
        components.schema(name, schema)
    for one in blueprints:
        app.register_blueprint(one)
    app.extensions[API] = _Description(app, api, blueprints)


@blueprint.get("/api/v1/openapi.json")
@described(
    operationId="openapi",
    security=[],
    responses={
        200: {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}},
        **problems(ALWAYS[:2]),
    },
)
def openapi() -> Response:
    """This document."""
    return Response(document(), mimetype="application/json")


def document() -> str:
    """The OpenAPI document of the current application, as JSON."""
    description: _Description = current_app.extensions[API]
    return description.written()


class _Description:
    """The document, written once. It costs more than all the rest of starting up, and few ask for it."""

    def __init__(self, app: Flask, api: Any, blueprints: list[Any]) -> None:
        self._app, self._api, self._blueprints = app, api, blueprints
        self._turn = Lock()
        self._text: str | None = None

    def written(self) -> str:
        with self._turn:
            if self._text is None:
                spec = self._api.spec
                for one in self._blueprints:
                    one.register_views_in_doc(self._api, self._app, spec, name=one.name, parameters=None)
                    spec.tag({"name": one.name, "description": one.description})
                self._text = json.dumps(spec.to_dict())
            return self._text
