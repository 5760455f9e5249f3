"""If-Match and Idempotency-Key: what a client says so that nothing is lost or done twice."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from flask import Response, g, request

from licence_server.api.access import caller
from licence_server.api.context import now, runtime
from licence_server.domain.errors import Invalid, PreconditionRequired, Stale
from licence_server.services import idempotency
from licence_server.services.idempotency import Answer

KEY = r"[\x21-\x7e]{1,255}"

_ETAG = r'"[0-9]{1,18}"'


def seen_version(*, required: bool) -> int | None:
    """The version named by If-Match; None where any will do.

    Raises PreconditionRequired where it is missing, Stale where it is no version of ours.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if required:
            raise PreconditionRequired("if_match_missing", "Send If-Match with the ETag you have seen, or *.")
        return None
    if header.strip() == "*":
        return None
    if re.fullmatch(_ETAG, header.strip()) is None:
        raise Stale("version_stale", "If-Match takes one ETag, as it was given, or *.")
    return int(header.strip().strip('"'))


def etag(version: int) -> str:
    """A version as an ETag."""
    return f'"{version}"'


def once(act: Callable[[], tuple[Answer, str]]) -> Response:
    """The answer of an act that a repeated Idempotency-Key does not repeat.

    act: see services.idempotency. Raises Invalid for an unusable or reused key.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return response(act()[0])
    if re.fullmatch(KEY, key) is None:
        text = "must be 1 to 255 printable ASCII characters without spaces"
        raise Invalid("idempotency_key_invalid", f"Idempotency-Key {text}.", {"Idempotency-Key": text})
    content: Any = [request.method, request.path, g.get("body")]
    fingerprint = sha256(json.dumps(content, sort_keys=True).encode()).digest()
    return response(
        idempotency.once(
            runtime(), api_key_id=caller().api_key_id, key=key, fingerprint=fingerprint, now=now(), act=act
        )
    )


def response(answer: Answer) -> Response:
    """An answer on its way out."""
    sent = Response(answer.body, status=answer.status, mimetype="application/json")
    sent.headers["Cache-Control"] = "no-store"
    if answer.etag is not None:
        sent.headers["ETag"] = answer.etag
    if answer.replayed:
        sent.headers["Idempotency-Replayed"] = "true"
    return sent
