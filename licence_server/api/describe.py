"""What OpenAPI says of an operation: its parameters, headers, answers and refusals."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeVar

from marshmallow import Schema

from licence_server.api.codes import AGAINST_THE_STATE, CODES
from licence_server.api.conditions import KEY
from licence_server.domain.scopes import Scope

Function = TypeVar("Function", bound=Callable[..., Any])

API_KEY = "apiKey"
INSTALLATION_TOKEN = "installationToken"  # noqa: S105 (the name of a scheme)

ALWAYS = ("bad_request", "internal_error", "database_busy", "database_unavailable", "not_initialised")
OF_BODIES = (
    "media_type_unsupported",
    "content_coding_unsupported",
    "body_too_large",
    "gzip_malformed",
    "json_malformed",
    "body_invalid",
)
_OF_KEYS = ("token_missing", "api_key_unknown", "scope_too_small", "query_malformed", "query_invalid")

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The ETag of the version that you have seen, or `*`.",
    "schema": {"type": "string"},
    "example": '"1"',
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "Sent again with the same key, the request acts once; kept for a day.",
    "schema": {"type": "string", "pattern": f"^{KEY}$"},
}
_ETAG_HEADER = {"description": "The version of what is answered.", "schema": {"type": "string"}, "required": True}
_REPLAYED_HEADER = {
    "description": "`true` where this answers a repeated Idempotency-Key.",
    "schema": {"type": "string", "enum": ["true"]},
}


def operation(
    blueprint: Any,
    handler: Callable[..., Any],
    *,
    method: str,
    view: Callable[..., Any],
    scope: Scope,
    answer: type[Schema],
    status: int,
    has_query: bool,
    has_body: bool,
    has_path: bool,
    if_match: str | None,
    etag: bool,
    refusals: Iterable[str],
) -> Callable[..., Any]:
    """The handler of a team's endpoint with its description attached."""
    codes = [*ALWAYS, *_OF_KEYS, *refusals]
    headers: dict[str, Any] = {"ETag": _ETAG_HEADER} if etag else {}
    parameters: list[dict[str, Any]] = []
    if has_body:
        codes += OF_BODIES
    if has_path:
        codes.append("not_found")
    if method == "POST":
        codes += ["idempotency_key_invalid", "idempotency_key_reused"]
        headers["Idempotency-Replayed"] = _REPLAYED_HEADER
        parameters.append(IDEMPOTENCY_KEY)
    if if_match is not None:
        codes += ["if_match_missing", "version_stale"] if if_match == "required" else ["version_stale"]
        parameters.append({**IF_MATCH, "required": if_match == "required"})
    handler.__dict__["_apidoc"]["arguments"]["parameters"] += parameters
    described: Callable[..., Any] = blueprint.response(status, answer, headers=headers)(handler)
    described = blueprint.doc(
        operationId=f"{blueprint.name}_{view.__name__}".replace("-", "_"),
        security=[{API_KEY: []}],
        responses=problems(codes, at_conflict=AGAINST_THE_STATE),
        **{"x-scope": scope.value},
    )(described)
    return described


def described(**document: Any) -> Callable[[Function], Function]:
    """Attach a description, written as OpenAPI has it, to a view of a smorest blueprint."""

    def decorate(view: Function) -> Function:
        view.__dict__["_apidoc"] = {"manual_doc": document}
        return view

    return decorate


def problems(codes: Iterable[str], at_conflict: Iterable[str] = ()) -> dict[int, dict[str, Any]]:
    """Responses for refusals with these codes. at_conflict: codes that mean 409 here."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys(codes):
        by_status[409 if code in at_conflict else CODES[code][0]].append(code)
    return {status: _problem(status, by_status[status]) for status in sorted(by_status)}


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    example = {"type": "about:blank", "title": title, "status": status, "code": codes[0], "detail": CODES[codes[0]][1]}
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        example["errors"] = {"field": "what is wrong with it"}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": {"code": {"enum": codes}}}]}
    response: dict[str, Any] = {
        "description": " ".join(f"`{code}`: {CODES[code][1]}" for code in codes),
        "content": {"application/problem+json": {"schema": schema, "example": example}},
    }
    if status == HTTPStatus.UNAUTHORIZED:
        response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "required": True}}
    return response
