"""Engines for SQLite and PostgreSQL, and the transactions of this software.

* `reading()`: a session to read with. `snapshot()`: the same, seeing one moment throughout.
* `writing()`: one transaction, committed when the block ends well and rolled back when it does not. Inside
  another `writing()` of the same thread it joins it, so that a use case can be part of a larger one.
* SQLite: WAL with `synchronous=FULL`; writers `BEGIN IMMEDIATE`, so they queue rather than fail halfway.
  Below 3.51.3 the library can corrupt a database in WAL (https://sqlite.org/wal.html#walresetbug), so an
  older one is refused.
* PostgreSQL: psycopg 3, the address handed to libpq untouched, several hosts included.
* A database that is locked, full or gone is `Unavailable`: the same request may succeed later.
"""

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, DateTime, Dialect, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import MetaData
from sqlalchemy.types import TypeDecorator

from licence_server.domain.errors import ConfigError, Unavailable

Result = TypeVar("Result")

SAFE_SQLITE = (3, 51, 3)
BUSY_MILLISECONDS = 10_000
ATTEMPTS = 8


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Parent of every model."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment}  # noqa: RUF012 (SQLAlchemy's own interface)


class Database:
    """One database: its engine and its transactions."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite:")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._writing_engine = self.engine.execution_options(writing=True)
        # A deferred transaction of SQLite is a snapshot already.
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._snapshot_engine = self.engine.execution_options(**options)
        self._joined: ContextVar[Session | None] = ContextVar("joined", default=None)
        # Threads of one process queue here rather than in SQLite's busy handler, which is not fair.
        self._turn = threading.RLock()

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

    def write(self, use_case: Callable[[Session], Result]) -> Result:
        """Run a use case in one transaction; again where another got in its way: the same key, a deadlock."""
        for _ in range(ATTEMPTS - 1):
            try:
                with self.writing() as session:
                    return use_case(session)
            except (IntegrityError, Unavailable) as error:
                if self._joined.get() is not None or not _is_collision(error):
                    raise
        with self.writing() as session:
            return use_case(session)

    def close(self) -> None:
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


def sqlite_module() -> ModuleType:
    """The newest SQLite library at hand. Raises ConfigError where it is unsafe in WAL."""
    try:
        module = importlib.import_module("pysqlite3")
    except ImportError:
        module = importlib.import_module("sqlite3")
    if module.sqlite_version_info < SAFE_SQLITE:
        raise ConfigError(
            f"SQLite {module.sqlite_version} can corrupt a database in WAL mode; "
            "3.51.3 or newer is needed (the pysqlite3 wheel brings one), or PostgreSQL."
        )
    return module


def _sqlite_engine(url: str) -> Engine:
    module = sqlite_module()
    engine = create_engine(
        url,
        module=module,
        poolclass=QueuePool,
        connect_args={"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:
        # SQLAlchemy begins and ends transactions; the driver must not do so on its own.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgresql_engine(url: str) -> Engine:
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # libpq's own message may repeat a part of the password.
        raise ConfigError("LICENCE_SERVER_DATABASE_URL is not an address that libpq understands.") from None
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(url, connect_timeout=5),
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=8,
    )


def insert_into(session: Session, model: type[Base]) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the session (SQLite and PostgreSQL agree on it)."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(model)
