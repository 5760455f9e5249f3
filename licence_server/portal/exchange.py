"""`/exchange`: a file that a kit wrote goes in, the file to carry back comes out. Works without scripts."""

import re
from base64 import b64encode
from typing import Any

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from licence_server import handover
from licence_server.domain.errors import LicenceServerError, TooManyRequests, Unavailable
from licence_server.handover import Bringer
from licence_server.portal.pages import FORM_POLICY, blueprint, page
from licence_server.web import STATUS, now, runtime

_NOT_A_REQUEST = "This is not a file that a kit has written. Choose the file that ends in .kit-request."

# What a trainer can do about it; for other codes the server's own sentence says enough.
_ADVICE = {
    "json_malformed": _NOT_A_REQUEST,
    "body_invalid": _NOT_A_REQUEST,
    "message_refused": "This file was not written by a kit of this service, or it was damaged on the way. "
    "Let the kit write it again.",
    "message_invalid": "This file was not written as kits write them. Let the kit write it again.",
    "installation_unknown": "The service does not know this kit any more. Activate the kit again.",
    "token_unknown": "The activation token in this file is not known. Compare it with the one you were given, "
    "type it into the kit again and let the kit write a new file.",
    "installation_elsewhere": "The kit in that browser or on that PC still belongs to another organisation. The "
    "answer below tells it so; it then begins anew.",
    "too_many_attempts": "Too many unknown activation tokens came from here. Wait some minutes, then try again.",
}


@blueprint.get("/exchange")
def exchange() -> Response:
    """The form."""
    return page("exchange.html", FORM_POLICY, error=None)


@blueprint.post("/exchange")
def take_file() -> Response:
    """The response as a file, or the form again with the reason."""
    document = None
    try:
        uploaded = request.files.get("request")
        content = uploaded.read() if uploaded is not None else b""
        if uploaded is None or not content:
            return _again(400, "Choose a file first.", "file_missing")
        document = handover.read_file(content)
        answer = handover.answer(runtime(), document, Bringer(now(), request.remote_addr))
    except RequestEntityTooLarge:
        return _again(413, f"The file is too large to be one of a kit. {_NOT_A_REQUEST}", "body_too_large")
    except tuple(STATUS) as error:
        to_carry = _refusal_to_carry(error, document, uploaded.filename if uploaded is not None else None)
        response = _again(STATUS[type(error)], _ADVICE.get(error.code, error.detail), error.code, **to_carry)
        if isinstance(error, TooManyRequests | Unavailable):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    response = Response(handover.write_file(answer), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{_response_name(uploaded.filename)}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _again(status: int, error: str, code: str, **to_carry: Any) -> Response:
    return page("exchange.html", FORM_POLICY, status, error=error, code=code, **to_carry)


def _refusal_to_carry(error: LicenceServerError, document: Any, request_name: str | None) -> dict[str, str]:
    """The file for the kit inside the page itself: a page and a file cannot both be the answer to one form."""
    refusal = handover.refusal_for_kit(error, document)
    if refusal is None:
        return {}
    content = b64encode(handover.write_file(refusal)).decode()
    return {"refusal": f"data:application/octet-stream;base64,{content}", "refusal_name": _response_name(request_name)}


def _response_name(request_name: str | None) -> str:
    """`reception.kit-request` is answered by `reception.kit-response`."""
    stem = (request_name or "").replace("\\", "/").rpartition("/")[2].removesuffix(".kit-request")
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:80]
    return f"{safe or 'kit'}.kit-response"
