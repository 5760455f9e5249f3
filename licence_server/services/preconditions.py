"""Optimistic locking: two people editing the same thing, the second is told (RFC 9110, If-Match)."""

from licence_server.domain.errors import Stale


def require_version(current: int, seen: int | None) -> None:
    """Raise Stale unless the version seen is the current one; None means the caller does not mind."""
    if seen is not None and seen != current:
        raise Stale("version_stale", f"This has changed meanwhile: you have version {seen}, it is at {current}.")
