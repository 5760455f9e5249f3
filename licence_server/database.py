"""The transactions of this software, on SQLite and on PostgreSQL.

* `looking()`: for single statements, each by itself, as the hot path asks them.
* `reading()`: a session to read with. `snapshot()`: the same, seeing one moment throughout.
* `writing()`: one transaction, committed when the block ends well and rolled back when it does not. Inside
  another `writing()` of the same thread it joins it, so that a use case can be part of a larger one.
* A database that is locked, full or gone is `Unavailable`: the same request may succeed later.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from licence_server.domain.errors import Unavailable
from licence_server.engines import BUSY_MILLISECONDS, postgresql_engine, sqlite_engine
from licence_server.in_hand import InHand

Result = TypeVar("Result")

ATTEMPTS = 8

# Of a row that others name in foreign keys: they go on while somebody changes the rest of it, and so cannot be in a
# deadlock with him over the head of the audit log.
CHANGE_LOCK = {"key_share": True}


class Database:
    """One database: its engine and its transactions."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite:")
        self.engine = sqlite_engine(url) if self.is_sqlite else postgresql_engine(url)
        self._writing_engine = self.engine.execution_options(writing=True)
        # A deferred transaction of SQLite is a snapshot already.
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._snapshot_engine = self.engine.execution_options(**options)
        # SQLite is asked by every thread for itself, PostgreSQL by one for all who wait (`rounds`).
        self._in_hand = InHand(self.engine.execution_options(looking=True), most=8 if self.is_sqlite else 1)
        self._joined: ContextVar[Session | None] = ContextVar("joined", default=None)
        # Threads of one process queue here rather than in SQLite's busy handler, which is not fair.
        self._turn = threading.RLock()

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """A connection on which `Prepared` statements begin no transaction: each sees its own moment, and costs one
        round trip. They do not see what a `writing()` around them has not committed. Raises Unavailable.

        In steady use it is kept in hand: to take it from the pool and give it back costs as much as to look.
        """
        with translated():
            connection = self._in_hand.take()
            try:
                yield connection
                if connection.in_transaction():
                    connection.rollback()
            except BaseException:
                connection.close()
                raise
            self._in_hand.lay_down(connection)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read with. Raises Unavailable."""
        joined = self._joined.get()
        if joined is not None:
            yield joined
            return
        with translated(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session that sees one moment throughout. Raises Unavailable."""
        with translated(), Session(self._snapshot_engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction. Raises Unavailable; anything raised inside rolls it back."""
        joined = self._joined.get()
        if joined is not None:
            yield joined
            return
        with (
            self._exclusive(),
            translated(),
            Session(self._writing_engine, expire_on_commit=False) as session,
        ):
            mark = self._joined.set(session)
            try:
                with session.begin():
                    # Begin before the block reads, so that a writer of SQLite holds the lock at once.
                    session.connection()
                    yield session
            finally:
                self._joined.reset(mark)

    @property
    def is_writing(self) -> bool:
        """Whether this thread is inside a `writing()`."""
        return self._joined.get() is not None

    def write(self, use_case: Callable[[Session], Result]) -> Result:
        """Run a use case in one transaction; again where another got in its way: the same key, a deadlock."""
        for _ in range(ATTEMPTS - 1):
            try:
                with self.writing() as session:
                    return use_case(session)
            except (IntegrityError, Unavailable) as error:
                if self.is_writing or not _is_collision(error):
                    raise
        with self.writing() as session:
            return use_case(session)

    def close(self) -> None:
        """Close all connections. Nobody uses one any more."""
        self._in_hand.close()
        self.engine.dispose()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_MILLISECONDS / 1000):
            raise Unavailable("database_busy", "The database is busy; try again shortly.")
        try:
            yield
        finally:
            self._turn.release()


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable("database_unavailable", "The database cannot answer now; try again shortly.") from error
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise Unavailable("database_unavailable", "The database went away; try again shortly.") from error


def _is_collision(error: IntegrityError | Unavailable) -> bool:
    """Whether another transaction's act was the reason, so that the same act may go well now."""
    if isinstance(error, IntegrityError):
        return True
    origin = getattr(error.__cause__, "orig", None)
    return isinstance(origin, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure)


def cause_of(error: BaseException | None) -> str | None:
    """What the database itself said, in one line; None where an error does not come from a database."""
    if not isinstance(error, DBAPIError):
        return None
    return str(error.orig).strip().partition("\n")[0]


def insert_into(where: Session | str, model: Any) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of a session or of that name (both kinds agree on it)."""
    name = where if isinstance(where, str) else where.get_bind().dialect.name
    return (sqlite if name == "sqlite" else postgresql).insert(model)
