"""Request bodies: media type, coding, size, JSON.

* At most 1 MiB as sent and 8 MiB once expanded; gzip is the only coding.
* JSON as RFC 8259 has it: no NaN, no Infinity. Lone surrogates are let through here, so that one bad
  report in a batch can be refused alone; every text is checked where it is used.
"""

import json
import zlib
from typing import Any, NoReturn

import msgspec
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from licence_server.domain.errors import Malformed, TooLarge, UnsupportedMedia

MAX_SENT = 1 << 20
MAX_EXPANDED = 8 << 20
_DRAINED = 64 << 20


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
    return decode_json(data)


def decode_json(data: bytes) -> Any:
    """Decoded JSON text. Raises Malformed."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        # The careful way: it also takes lone surrogates and numbers beyond any width.
        try:
            return json.loads(data.decode(), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Malformed("json_malformed", "The body is not well-formed JSON.") from None


def drain() -> None:
    """Read what is left of a refused body, so that the client gets to read the refusal."""
    stream, left = request.environ["wsgi.input"], min(request.content_length or 0, _DRAINED)
    while left > 0 and (chunk := stream.read(min(left, 1 << 16))):
        left -= len(chunk)


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


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
