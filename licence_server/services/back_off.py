"""Failed attempts at a secret, counted in the database, so that all workers and servers count together.

An attempt is counted as failed before the secret is looked at, and forgotten when it was right: a hundred
guesses at once are a hundred failures. Names and places are kept as keyed hashes, and those for a day.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from licence_server.database import insert_into
from licence_server.domain.back_off import wait_after
from licence_server.domain.errors import TooManyRequests
from licence_server.models import BackOff
from licence_server.services.runtime import Runtime

# A row of failures is over after a day without one.
MEMORY = timedelta(days=1)


def reserve(runtime: Runtime, name: str, *, now: datetime, place: str | None = None) -> None:
    """Count an attempt at a secret before it is checked. Raises TooManyRequests while it must wait.

    place: where it comes from, where each is to wait for itself alone.
    """
    # A place's own row comes first, here and in `clear`, so that two never wait for each other.
    keys = _keys(runtime, name, place)
    with runtime.database.writing() as session:
        forget(session, now)
        rows = [_locked(session, key, now) for key in keys]
        wait = rows[0].failed_at + wait_after(rows[0].failures, rows[-1].failures if place else 0) - now
        if wait > timedelta(0):
            seconds = int(wait.total_seconds()) + 1
            raise TooManyRequests("too_many_attempts", "There were too many attempts; wait before the next.", seconds)
        for row in rows:
            row.failures += 1
            row.failed_at = now


def clear(runtime: Runtime, name: str, *, place: str | None = None) -> None:
    """The secret was right: forget the failures."""
    with runtime.database.writing() as session:
        for key in _keys(runtime, name, place):
            session.execute(delete(BackOff).where(BackOff.key == key))


def _keys(runtime: Runtime, name: str, place: str | None) -> list[bytes]:
    names = [name] if place is None else [f"{name} from {place}", name]
    return [runtime.secret_keys.hash_attempt(one) for one in names]


def _locked(session: Session, key: bytes, now: datetime) -> BackOff:
    fresh = insert_into(session, BackOff).values(key=key, failures=0, failed_at=now)
    session.execute(fresh.on_conflict_do_nothing(index_elements=[BackOff.key]))
    return session.get_one(BackOff, key, with_for_update=True)


def forget(session: Session, now: datetime) -> None:
    """Delete what is older than a day."""
    session.execute(delete(BackOff).where(BackOff.failed_at <= now - MEMORY))
