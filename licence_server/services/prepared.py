"""Statements that are asked so often that what SQLAlchemy does each time costs more than the database takes.

Such a statement is written as any other and compiled once for each kind of database. Then the driver itself is
asked, on the connection and in the transaction of the caller; values and results are converted by the types of the
columns, and errors are SQLAlchemy's, so that nobody else notices. PostgreSQL can be sent several `together`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from operator import methodcaller
from typing import Any, cast

from sqlalchemy import Connection, Delete, Dialect, Select, Update, func, select
from sqlalchemy.exc import DBAPIError

from licence_server.libpq import Wire
from licence_server.services.compiled import Compiled, Convert


class Prepared:
    """A statement; what changes from one time to the next are `bindparam`s."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Update | Delete) -> None:
        self._statement = statement
        self._compiled: dict[str, Compiled] = {}

    def all(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a SELECT."""
        return self.send(connection, **values)()

    def send(self, connection: Connection, **values: Any) -> Callable[[], list[tuple[Any, ...]]]:
        """Ask for the rows of a SELECT; the answer fetches them. Inside `together` others are asked meanwhile."""
        compiled = self._of(connection.dialect)
        cursor = ask(connection, compiled.sql, compiled.bound(values))

        def fetch() -> list[tuple[Any, ...]]:
            with _AsSqlalchemyHasIt(connection, compiled.sql):
                rows: list[tuple[Any, ...]] = cursor.fetchall()
            return [compiled.converted(row) for row in rows] if compiled.results else rows

        return fetch

    def first(self, connection: Connection, **values: Any) -> tuple[Any, ...] | None:
        """The first row; None where there is none."""
        compiled = self._of(connection.dialect)
        row = ask(connection, compiled.sql, compiled.bound(values), take=_row)
        return row if row is None else compiled.converted(row)

    def scalar(self, connection: Connection, **values: Any) -> Any:
        """The one value of a SELECT that gives one."""
        row = self.first(connection, **values)
        return None if row is None else row[0]

    def run(self, connection: Connection, **values: Any) -> None:
        """Change something."""
        compiled = self._of(connection.dialect)
        ask(connection, compiled.sql, compiled.bound(values))

    def run_many(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        """The same change with one set of values after the other; nothing where there is none."""
        if rows:
            compiled = self._of(connection.dialect)
            ask(connection, compiled.sql, [compiled.bound(values) for values in rows], many=True)

    def _of(self, dialect: Dialect) -> Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = Compiled.of(self._statement, dialect)
        return compiled


_row = methodcaller("fetchone")


def _itself(cursor: Any) -> Any:
    return cursor


@contextmanager
def together(connection: Connection, *, commit: bool = False) -> Iterator[None]:
    """PostgreSQL is sent the statements of the block in one message (`libpq`); they are all `Prepared` or sets of rows.
    What is wrong with one of them is raised at the end of the block at the latest.

    commit: they are the last of their transaction, so PostgreSQL is told in the same message to commit it. Whoever ends
    the transaction then finds it ended; on SQLite, as ever, it is he who does so.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    with _AsSqlalchemyHasIt(connection, "statements sent together"), _wire(connection).together(commit=commit):
        yield


# For this transaction alone, since a pooler hands the connection to others between two.
_BY_KEYS = Prepared(
    select(
        func.set_config("enable_seqscan", "off", True), func.set_config("plan_cache_mode", "force_generic_plan", True)
    )
)


@contextmanager
def by_keys(connection: Connection) -> Iterator[None]:
    """As `together`, for what begins a transaction: until that ends PostgreSQL finds rows by an index, and plans each
    statement once for all values.

    Left to itself it plans by how many rows it believes there are, and takes a new table for a small one until that has
    been analysed: to find a hundred reports it then reads all there are.
    """
    with together(connection):
        if connection.dialect.name != "sqlite":
            _BY_KEYS.send(connection)
        yield


def ask(connection: Connection, sql: str, values: Any, *, many: bool = False, take: Convert = _itself) -> Any:
    """Execute a statement in the driver's own SQL; what is taken of its cursor. Raises DBAPIError, whichever of the
    three steps finds that something is wrong."""
    with _AsSqlalchemyHasIt(connection, sql):
        if connection.dialect.name != "sqlite":
            begins = not connection.get_execution_options().get("looking")
            return take(_wire(connection).ask(sql, values if many else [values], begins=begins))
        cursor = connection.connection.cursor()
        (cursor.executemany if many else cursor.execute)(sql, values)
        return take(cursor)


def _wire(connection: Connection) -> Wire:
    """What is said on a connection to PostgreSQL; as long as that lives, it knows what was prepared on it."""
    wire: Wire | None = connection.info.get(Wire)
    if wire is None:
        driver: Any = connection.connection.driver_connection
        wire = connection.info[Wire] = Wire(driver)
    return wire


class _AsSqlalchemyHasIt:
    """What the driver raises in the block is raised as SQLAlchemy does. A class, since a generator costs four times as
    much and every check-in passes through it nine times."""

    __slots__ = ("_connection", "_sql")

    def __init__(self, connection: Connection, sql: str) -> None:
        self._connection, self._sql = connection, sql

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if error is None:
            return
        connection, dialect = self._connection, cast(Any, self._connection.dialect)
        if isinstance(error, dialect.dbapi.Error):
            raise self._translated(error, dialect) from error
        if dialect.name != "sqlite" and not connection.invalidated:
            driver: Any = connection.connection.driver_connection
            if driver.closed:
                # Who is told to go does so; to roll back on it would be an error that hides what is under way.
                connection.invalidate()

    def _translated(self, error: Exception, dialect: Any) -> Exception:
        connection = self._connection
        is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        if is_lost:
            # SQLAlchemy finds out for itself, and lets go of every connection of that time.
            with suppress(DBAPIError):
                connection.exec_driver_sql("SELECT 1")
        # Without the values: what cannot be stored need not stand in a log.
        translated: Exception = DBAPIError.instance(
            self._sql,
            None,
            error,
            dialect.dbapi.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=dialect,
        )
        return translated
