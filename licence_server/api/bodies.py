"""Request bodies: media type, coding, size, JSON.

* At most 1 MiB as sent and 8 MiB once expanded; gzip is the only coding.
* JSON as domain/json_text.py has it.
"""

import zlib
from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from licence_server.domain import json_text
from licence_server.domain.errors import Malformed, TooLarge, UnsupportedMedia
from licence_server.web import drain

MAX_SENT = 1 << 20
MAX_EXPANDED = 8 << 20


def read_json(*, optional: bool = False) -> Any:
    """The decoded JSON body; optional: no body at all is an empty object.

    Raises UnsupportedMedia, TooLarge, Malformed.
    """
    sent = _received()
    if optional and not sent:
        return {}
    if request.mimetype != "application/json":
        raise UnsupportedMedia("media_type_unsupported", "Send the body as application/json.")
    data = _expanded(sent, request.headers.get("Content-Encoding", "identity").strip().lower())
    return json_text.decode(data)


def _received() -> bytes:
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        drain()
        raise TooLarge("body_too_large", f"The body is larger than {MAX_SENT} bytes.") from None


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
