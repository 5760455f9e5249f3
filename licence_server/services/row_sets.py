"""Insert many rows with one statement, and write what has changed of many.

What SQLAlchemy does for each row and column of an executemany costs more than the insert itself. Here an object that
many rows share is converted once, and PostgreSQL gets one statement with an array a column, in its binary form: to
write and to read it as text took three quarters of the insert.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Dialect, String, Table, bindparam, update
from sqlalchemy.types import TypeEngine

from licence_server.services.prepared import Prepared, ask


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], on_conflict: str = "") -> None:
    """Insert rows, if any, which all name the same columns. on_conflict: that clause in SQL, where one is due."""
    if rows:
        names = tuple(rows[0])
        values = converted(connection.dialect, table, names, [[row[name] for name in names] for row in rows])
        insert_converted(connection, table, names, values, on_conflict)


def converted(
    dialect: Dialect, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    """Rows of the columns of these names, their values as the driver takes them."""
    processors = _insert_into(dialect, table, names).processors
    columns = zip(*rows, strict=True)
    return list(zip(*map(_column, columns, processors), strict=True))


def insert_converted(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    on_conflict: str = "",
) -> None:
    """Insert rows, if any, that are `converted` already."""
    if not rows:
        return
    sql = f"{_insert_into(connection.dialect, table, names).sql} {on_conflict}"
    if connection.dialect.name == "sqlite":
        ask(connection, sql, rows, many=True)
    else:
        ask(connection, sql, [list(column) for column in zip(*rows, strict=True)])


class Changes:
    """Writes rows that a dataclass with slots holds, by their `id`. since: the first of the columns that may have
    changed, all after it among them. more: what else is set each time."""

    def __init__(self, model: Any, row: Any, since: str, **more: Any) -> None:
        columns = model.__table__.c
        self._names = row.__slots__[row.__slots__.index(since) :]
        values = {name: bindparam(f"new_{name}", type_=columns[name].type) for name in self._names}
        changed = update(model.__table__).where(columns.id == bindparam("new_id"))
        self._statement = Prepared(changed.values({**values, **more}))

    def write(self, connection: Connection, rows: Iterable[Any]) -> None:
        """In the order of their ids."""
        ordered = sorted(rows, key=attrgetter("id"))
        self._statement.run_many(
            connection,
            [{"new_id": row.id, **{f"new_{name}": getattr(row, name) for name in self._names}} for row in ordered],
        )


@dataclass(frozen=True)
class _Insert:
    """processors: what the driver wants done to the values of each column, None where that is nothing."""

    sql: str
    processors: tuple[Callable[[Any], Any] | None, ...]


_INSERTS: dict[tuple[str, str, tuple[str, ...]], _Insert] = {}


def _insert_into(dialect: Dialect, table: Table, names: Sequence[str]) -> _Insert:
    key = (dialect.name, table.name, tuple(names))
    known = _INSERTS.get(key)
    if known is not None:
        return known
    if dialect.name == "sqlite":
        values = f"VALUES ({', '.join('?' * len(names))})"
    else:
        arrays = ", ".join(f"%b::{_array_of(table.c[name].type, dialect)}[]" for name in names)
        values = f"SELECT * FROM unnest({arrays})"  # noqa: S608 (types of our own tables)
    processors = tuple(table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
    made = _INSERTS[key] = _Insert(f"INSERT INTO {table.name} ({', '.join(names)}) {values}", processors)
    return made


def _array_of(kind: TypeEngine[Any], dialect: Dialect) -> str:
    """The type to read an array as. A cast to VARCHAR(n) would cut silently what an insert refuses."""
    return "TEXT" if isinstance(kind, String) else kind.compile(dialect)


def _column(values: Sequence[Any], processor: Callable[[Any], Any] | None) -> Sequence[Any]:
    """The values of a column, as the driver takes them."""
    if processor is None:
        return values
    if len(values) == 1:
        return [processor(values[0])]
    # By identity: to look a UUID up by its value costs more than to convert it.
    places = list(map(id, values))
    known = {place: processor(value) for place, value in dict(zip(places, values, strict=True)).items()}
    return [known[place] for place in places]
