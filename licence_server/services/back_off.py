"""Failed attempts at a secret, counted in the database, so that all workers and servers count together.

An attempt is counted as failed before the secret is looked at, and forgotten when it was right: a hundred
guesses at once are a hundred failures.
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


def reserve(runtime: Runtime, name: str, *, now: datetime) -> None:
    """Count an attempt at a secret before it is checked. Raises TooManyRequests while it must wait."""
    key = runtime.secret_keys.hash_attempt(name)
    with runtime.database.writing() as session:
        forget(session, now)
        fresh = insert_into(session, BackOff).values(key=key, failures=0, failed_at=now)
        session.execute(fresh.on_conflict_do_nothing(index_elements=[BackOff.key]))
        row = session.get_one(BackOff, key, with_for_update=True)
        wait = row.failed_at + wait_after(row.failures) - now
        if wait > timedelta(0):
            seconds = int(wait.total_seconds()) + 1
            raise TooManyRequests("too_many_attempts", "There were too many attempts; wait before the next.", seconds)
        row.failures += 1
        row.failed_at = now


def clear(runtime: Runtime, name: str) -> None:
    """The secret was right: forget the failures."""
    key = runtime.secret_keys.hash_attempt(name)
    with runtime.database.writing() as session:
        session.execute(delete(BackOff).where(BackOff.key == key))


def forget(session: Session, now: datetime) -> None:
    """Delete what is older than a day."""
    session.execute(delete(BackOff).where(BackOff.failed_at <= now - MEMORY))
