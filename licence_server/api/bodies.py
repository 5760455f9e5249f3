"""Request bodies: media type, coding, size, JSON.

* At most 1 MiB as sent and 8 MiB once expanded; gzip is the only coding.
* JSON as domain/json_text.py has it.
"""

import zlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request

from licence_server.domain import json_text
from licence_server.domain.errors import Malformed, TooLarge, UnsupportedMedia
from licence_server.domain.json_text import MAX_SENT

MAX_EXPANDED = 8 << 20
_DRAINED = 64 << 20
_CHUNK = 1 << 16
_RECEIVED = "licence_server.received"


def read_json(*, optional: bool = False) -> Any:
    """The decoded JSON body; optional: no body at all is an empty object.

    Raises UnsupportedMedia, TooLarge, Malformed.
    """
    environ = request.environ
    sent = _received(environ, request.content_length)
    if optional and not sent:
        return {}
    if environ.get("CONTENT_TYPE") != "application/json" and request.mimetype != "application/json":
        raise UnsupportedMedia("media_type_unsupported", "Send the body as application/json.")
    data = _expanded(sent, environ.get("HTTP_CONTENT_ENCODING", "").strip().lower())
    return json_text.decode(data)


def read_what_is_refused(app: Flask) -> None:
    """Read what is left of a refused body, whoever refused it, so that the client gets to read the refusal.

    A client that is still sending when the connection closes loses what was said to it.
    """

    @app.after_request
    def drain(response: Response) -> Response:
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            length = request.content_length
            left = _DRAINED if length is None else min(length - request.environ.get(_RECEIVED, 0), _DRAINED)
            for _ in _chunks(request.environ, length, left):
                pass
        return response


def _received(environ: dict[str, Any], length: int | None) -> bytes:
    """The body as sent. Raises TooLarge, Malformed."""
    if length is not None and length > MAX_SENT:
        raise _too_large()
    data = b"".join(_chunks(environ, length, MAX_SENT + 1 if length is None else length))
    if len(data) > MAX_SENT:
        raise _too_large()
    if length is not None and len(data) < length:
        raise Malformed("bad_request", "The body was cut short.")
    return data


def _chunks(environ: dict[str, Any], length: int | None, left: int) -> Iterator[bytes]:
    """The next bytes of the body, so many at most. Without a length there is a body only where it ends itself."""
    if length is None and not environ.get("wsgi.input_terminated"):
        return
    stream = environ["wsgi.input"]
    while left > 0 and (chunk := stream.read(min(left, _CHUNK))):
        left -= len(chunk)
        environ[_RECEIVED] = environ.get(_RECEIVED, 0) + len(chunk)
        yield chunk


def _too_large() -> TooLarge:
    return TooLarge("body_too_large", f"The body is larger than {MAX_SENT} bytes.")


def _expanded(data: bytes, coding: str) -> bytes:
    if coding in ("", "identity"):
        return data
    if coding not in ("gzip", "x-gzip"):
        raise UnsupportedMedia("content_coding_unsupported", "The only content coding taken is gzip.")
    expander = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        expanded = expander.decompress(data, MAX_EXPANDED + 1)
    except zlib.error:
        raise Malformed("gzip_malformed", "The body is not well-formed gzip.") from None
    if len(expanded) > MAX_EXPANDED:
        raise TooLarge("body_too_large", f"The body expands beyond {MAX_EXPANDED} bytes.")
    if not expander.eof or expander.unused_data:
        raise Malformed("gzip_malformed", "The body is cut short, or more than one gzip member.")
    return expanded
