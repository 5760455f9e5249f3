"""One endpoint of the team's API, from its scope to its page in OpenAPI.

A view gets what was loaded and returns a Reply; around it, in this order: the API key and its scope, the
query, the body, If-Match, Idempotency-Key. There is no way to add a route without naming its scope.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema

from licence_server.api import conditions, describe
from licence_server.api.access import guarded
from licence_server.api.loading import PARSER
from licence_server.domain.scopes import Scope
from licence_server.schemas.lists import NoQuery
from licence_server.services.idempotency import Answer

View = Callable[..., "Reply"]
PREFIX = "/api/v1"


@dataclass(frozen=True)
class Reply:
    """What a view answers. thing: what the schema dumps; version: of the thing, for the ETag."""

    thing: Any
    version: int | None = None


def blueprint(name: str, description: str) -> Any:
    """A blueprint for one noun."""
    made = Blueprint(name, __name__, url_prefix=f"{PREFIX}/{name}", description=description)
    made.ARGUMENTS_PARSER = PARSER
    return made


def endpoint(
    blueprint: Any,
    method: Literal["GET", "POST", "PATCH"],
    rule: str,
    *,
    scope: Scope,
    answer: type[Schema],
    status: int = 200,
    query: type[Schema] | None = None,
    body: type[Schema] | None = None,
    if_match: Literal["required", "optional"] | None = None,
    etag: bool = False,
    secrets: Sequence[str] = (),
    refusals: Sequence[str] = (),
) -> Callable[[View], View]:
    """Make a view an endpoint.

    answer: what it gives, with `status`; etag: whether a version comes along. secrets: members that a
    replay leaves out. refusals: codes of its own, beside those that every endpoint may answer with.
    """

    def decorate(view: View) -> View:
        handler = _answering(view, answer(), status, secrets, method, if_match)
        if body is not None:
            may_be_left_out = not any(field.required for field in body().fields.values())
            handler = blueprint.arguments(body, location="json", required=not may_be_left_out, arg_name="body")(handler)
        handler = blueprint.arguments(query or NoQuery, location="query", arg_name="query")(handler)
        handler = describe.operation(
            blueprint,
            handler,
            method=method,
            view=view,
            scope=scope,
            answer=answer,
            status=status,
            has_query=query is not None,
            has_body=body is not None,
            has_path="<" in rule,
            if_match=if_match,
            etag=etag,
            refusals=refusals,
        )
        blueprint.route(rule, methods=[method], endpoint=view.__name__)(guarded(scope, handler))
        return view

    return decorate


def _answering(
    view: View, answer: Schema, status: int, secrets: Sequence[str], method: str, if_match: str | None
) -> Callable[..., Response]:
    @wraps(view)
    def handler(query: dict[str, Any], **arguments: Any) -> Response:
        if query:
            arguments["query"] = query
        if if_match is not None:
            arguments["version"] = conditions.seen_version(required=if_match == "required")

        def act() -> tuple[Answer, str]:
            reply = view(**arguments)
            members: dict[str, Any] = answer.dump(reply.thing)
            etag = conditions.etag(reply.version) if reply.version is not None else None
            public = {name: value for name, value in members.items() if name not in secrets}
            return Answer(status, json.dumps(members), etag), json.dumps(public)

        return conditions.once(act) if method == "POST" else conditions.response(act()[0])

    return handler
