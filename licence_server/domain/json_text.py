"""JSON text into values.

* As RFC 8259 has it: no NaN, no Infinity.
* Lone surrogates are let through here, so that one bad report in a batch can be refused alone; every text is
  checked where it is used.
"""

import json
from typing import Any, NoReturn

import msgspec

from licence_server.domain.errors import Malformed

MAX_SENT = 1 << 20
"""As many bytes of it as anybody may send, in a body or in a file that is brought."""


def decode(data: bytes) -> Any:
    """The decoded value. Raises Malformed."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # The careful way: it also takes lone surrogates and numbers beyond any width.
        try:
            return json.loads(data.decode(), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Malformed("json_malformed", "The body is not well-formed JSON.") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
