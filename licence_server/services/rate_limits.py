"""Slow down guessing of activation tokens and passwords, across workers and servers.

* Only failures count: an office of a hundred activates at once, unhindered.
* The `limits` library does the arithmetic; the counters live in our database, so that all workers and all
  servers share them.
* An address is kept only as a hash under a salt that is drawn afresh each half hour; salts and counters
  are deleted within the hour, and after that nothing can be told from what is left.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import case, delete, select
from sqlalchemy.orm import Session

from licence_server.database import insert_into
from licence_server.domain.errors import TooManyRequests
from licence_server.models import RateLimit, RateSalt
from licence_server.services.runtime import Runtime

UNKNOWN_TOKENS = RateLimitItemPerMinute(30)
FAILED_SIGN_INS = RateLimitItemPerMinute(10)
_SALT_SECONDS = 1800


def count_unknown_token(runtime: Runtime, address: str | None, *, now: datetime) -> None:
    """Count one failed activation. Raises TooManyRequests where there were too many."""
    wait = _count(runtime, UNKNOWN_TOKENS, "token", address, now)
    if wait:
        detail = "Too many unknown activation tokens; wait before the next one."
        raise TooManyRequests("too_many_attempts", detail, wait)


def count_failed_sign_in(runtime: Runtime, address: str, *, now: datetime) -> None:
    """Count one failed sign-in of the console."""
    _count(runtime, FAILED_SIGN_INS, "sign-in", address, now)


def require_room_to_sign_in(runtime: Runtime, address: str, *, now: datetime) -> None:
    """Raises TooManyRequests where an address has failed too often to try again now."""
    with runtime.database.writing() as session:
        counters = _Counters(session, now)
        key = f"sign-in:{_hashed(session, address, now)}"
        if FixedWindowRateLimiter(counters).test(FAILED_SIGN_INS, key):
            return
        wait = counters.wait(FAILED_SIGN_INS.key_for(key))
    raise TooManyRequests("too_many_attempts", "There were too many attempts from here; wait before the next.", wait)


def _count(runtime: Runtime, limit: RateLimitItem, what: str, address: str | None, now: datetime) -> int:
    """Seconds to wait, 0 where the limit is not reached."""
    with runtime.database.writing() as session:
        forget(session, now)
        counters = _Counters(session, now)
        key = f"{what}:{_hashed(session, address or '', now)}"
        if FixedWindowRateLimiter(counters).hit(limit, key):
            return 0
        return counters.wait(limit.key_for(key))


def forget(session: Session, now: datetime) -> None:
    """Delete counters that have run out and the salts of earlier half hours."""
    session.execute(delete(RateLimit).where(RateLimit.expires_at <= now))
    session.execute(delete(RateSalt).where(RateSalt.period < _period(now)))


def _hashed(session: Session, address: str, now: datetime) -> str:
    period = _period(now)
    session.execute(
        insert_into(session, RateSalt)
        .values(period=period, salt=secrets.token_bytes(16))
        .on_conflict_do_nothing(index_elements=[RateSalt.period])
    )
    salt = session.scalars(select(RateSalt.salt).where(RateSalt.period == period)).one()
    return blake2b(address.encode(), key=salt, digest_size=16).hexdigest()


def _period(now: datetime) -> int:
    return int(now.timestamp()) // _SALT_SECONDS


class _Counters(Storage):
    """The storage that `limits` counts in: the table rate_limit, in the caller's transaction."""

    STORAGE_SCHEME = None

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__()
        self._session = session
        self._now = now

    @property
    def base_exceptions(self) -> type[Exception]:
        return Exception

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        expires_at = self._now + timedelta(seconds=expiry)
        statement: Any = insert_into(self._session, RateLimit).values(key=key, count=amount, expires_at=expires_at)
        lapsed = RateLimit.expires_at <= self._now
        statement = statement.on_conflict_do_update(
            index_elements=[RateLimit.key],
            set_={
                "count": case((lapsed, amount), else_=RateLimit.count + amount),
                "expires_at": case((lapsed, expires_at), else_=RateLimit.expires_at),
            },
        ).returning(RateLimit.count)
        return int(self._session.scalars(statement).one())

    def get(self, key: str) -> int:
        live = select(RateLimit.count).where(RateLimit.key == key, RateLimit.expires_at > self._now)
        return self._session.scalar(live) or 0

    def get_expiry(self, key: str) -> float:
        expires_at = self._session.scalar(select(RateLimit.expires_at).where(RateLimit.key == key))
        return (expires_at or self._now).timestamp()

    def wait(self, key: str) -> int:
        """Whole seconds until a counter runs out, at least one."""
        return max(1, int(self.get_expiry(key) - self._now.timestamp()) + 1)

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        self._session.execute(delete(RateLimit))
        return None

    def clear(self, key: str) -> None:
        self._session.execute(delete(RateLimit).where(RateLimit.key == key))
