"""SQLAlchemy engines as this software needs them.

* SQLite: WAL with `synchronous=FULL`; writers `BEGIN IMMEDIATE`, so they queue rather than fail halfway.
  Below 3.51.3 the library can corrupt a database in WAL (https://sqlite.org/wal.html#walresetbug), so an
  older one is refused.
* PostgreSQL: psycopg 3, the address handed to libpq untouched, several hosts included.
"""

import importlib
import os
import stat
import time
from contextlib import suppress
from types import ModuleType
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

from licence_server.domain.errors import ConfigError

SAFE_SQLITE = (3, 51, 3)
BUSY_MILLISECONDS = 10_000
STEADY_SECONDS = 1.0

RESTS_SINCE = "rests_since"
"""What a connection's `info` keeps of when it was laid down, by `time.monotonic`."""


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


def sqlite_engine(url: str) -> Engine:
    """An engine for `sqlite:///PATH`. Raises ConfigError where the library is unsafe."""
    module = sqlite_module()
    engine = create_engine(
        url,
        module=module,
        poolclass=QueuePool,
        # As many connections as there are threads, and all of them kept: nobody waits for one, nobody opens one anew.
        pool_size=0,
        connect_args={"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "do_connect")
    def _make_private(*_: object) -> None:
        # Where the file is not there yet it is made for its owner alone, as SQLite then makes those beside it. Never
        # opened: to close it again would end all locks that SQLite holds on it in this process.
        file = engine.url.database or ""
        if not file.startswith("file:"):
            with suppress(OSError):
                os.mknod(file, stat.S_IFREG | 0o600)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:
        # SQLAlchemy begins and ends transactions; the driver must not do so on its own.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            "synchronous=FULL",
            "foreign_keys=ON",
            # What is deleted or redacted is overwritten, not only let go of.
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        # SQLite's own knows the letters of ASCII alone, so a search would tell É from é.
        connection.create_function("lower", 1, _lower, deterministic=True)
        _enter_wal(connection, module)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("writing"):
            _begin_writing(connection, module)
        elif not options.get("looking"):
            connection.exec_driver_sql("BEGIN")

    return engine


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _begin_writing(connection: Connection, module: ModuleType) -> None:
    """Wait for the write lock, looking every half millisecond: SQLite's own busy handler soon sleeps for 25 to 100."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout=0").fetchall()
    try:
        _execute_unlocked(driver, module, "BEGIN IMMEDIATE", 0.0005)
    except module.OperationalError:
        # What is wrong is said by SQLAlchemy, in its own error.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}").fetchall()


def _enter_wal(connection: Any, module: ModuleType) -> None:
    """Put the database in WAL. Of processes that do so at once all but one find it locked, and SQLite's own busy
    handler does not wait for this lock."""
    _execute_unlocked(connection, module, "PRAGMA journal_mode=WAL", 0.02)


def _execute_unlocked(connection: Any, module: ModuleType, statement: str, pause_seconds: float) -> None:
    """Execute a statement, again after each pause while the database is locked. Raises the driver's error."""
    deadline = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute(statement).fetchall()
        except module.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(pause_seconds)
        else:
            return


def is_steady(info: dict[str, Any]) -> bool:
    """Whether a connection, by its `info`, is new or was used a moment ago."""
    since: float = info.get(RESTS_SINCE, float("inf"))
    return time.monotonic() - since < STEADY_SECONDS


def postgresql_engine(url: str) -> Engine:
    """An engine for an address as libpq writes it. Raises ConfigError where libpq does not understand it."""
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # libpq's own message may repeat a part of the password.
        raise ConfigError("LICENCE_SERVER_DATABASE_URL is not an address that libpq understands.") from None
    engine = create_engine(
        "postgresql+psycopg://",
        # What is asked often we prepare ourselves (`libpq`). At a rollback psycopg lets go of all that is prepared on a
        # connection, ours too, if it has prepared anything.
        # Names are of every script, whatever an address or PGCLIENTENCODING says.
        creator=lambda: psycopg.connect(url, connect_timeout=5, client_encoding="UTF8", prepare_threshold=None),
        pool_size=8,
        max_overflow=-1,
    )

    @event.listens_for(engine, "checkin")
    def _note_rest(_connection: Any, record: Any) -> None:
        record.info.setdefault(RESTS_SINCE, time.monotonic())

    @event.listens_for(engine, "checkout")
    def _ask_whether_it_lives(connection: Any, record: Any, _proxy: object) -> None:
        # One in steady use is not asked: that would cost every request a round trip.
        steady = is_steady(record.info)
        record.info.pop(RESTS_SINCE, None)
        if steady:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise DisconnectionError from error

    return engine
