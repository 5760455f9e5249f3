"""Opaque cursors: where a page of a list ends, sealed to that list, its filters and its order.

The place is authenticated with a key of this deployment (HMAC-SHA256), so a cursor that we did not give,
or gave for another query, never reaches the database.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Any

from flask import request

from licence_server.api.context import runtime
from licence_server.domain.errors import Invalid
from licence_server.services.paging import Page

_SEAL = 16


def place(query: dict[str, Any]) -> dict[str, Any]:
    """The arguments `limit` and `cursor` of a service. Raises Invalid."""
    cursor = query["cursor"]
    return {"limit": query["limit"], "cursor": _opened(cursor, query) if cursor is not None else None}


def sealed(page: Page[Any], query: dict[str, Any], items: list[Any] | None = None) -> dict[str, Any]:
    """A page as lists answer it. items: what stands for its rows, where they need more than a schema."""
    cursor = None
    if page.next_cursor is not None:
        bookmark = page.next_cursor.encode()
        cursor = urlsafe_b64encode(_seal(bookmark, query) + bookmark).rstrip(b"=").decode()
    return {"items": page.items if items is None else items, "next_cursor": cursor}


def _opened(cursor: str, query: dict[str, Any]) -> str:
    try:
        data = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (Error, ValueError):
        data = b""
    seal, bookmark = data[:_SEAL], data[_SEAL:]
    if not hmac.compare_digest(seal, _seal(bookmark, query)):
        text = "was not given by this list with these filters and this sort"
        raise Invalid("cursor_invalid", f"The cursor {text}.", {"cursor": text})
    return bookmark.decode()


def _seal(bookmark: bytes, query: dict[str, Any]) -> bytes:
    asked = {name: str(value) for name, value in query.items() if name not in ("limit", "cursor")}
    context = json.dumps([request.path, asked], sort_keys=True).encode()
    return hmac.digest(runtime().secret_keys.cursor_key, context + b"\n" + bookmark, "sha256")[:_SEAL]
