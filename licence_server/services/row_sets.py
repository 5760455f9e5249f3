"""Insert many rows with one statement, and write what has changed of many.

What SQLAlchemy does for each row and column of an executemany costs more than the insert itself. Here an object that
many rows share is converted once, and PostgreSQL gets all rows as one JSON text: of what psycopg can be given it is
written fastest, and as the one value has one type, the statement is always the same prepared one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, LargeBinary, String, Table, bindparam, update
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
        named = [dict(zip(names, row, strict=True)) for row in rows]
        ask(connection, sql, [msgspec.json.encode(named).decode()])


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
    types = [table.c[name].type for name in names]
    if dialect.name == "sqlite":
        values = f"VALUES ({', '.join('?' * len(names))})"
        processors = tuple(kind.dialect_impl(dialect).bind_processor(dialect) for kind in types)
    else:
        columns = ", ".join(f"{name} {_read_as(kind, dialect)}" for name, kind in zip(names, types, strict=True))
        values = f"SELECT * FROM json_to_recordset(%s::json) AS given({columns})"  # noqa: S608 (our own tables)
        processors = tuple(_bytes_text if isinstance(kind, LargeBinary) else None for kind in types)
    made = _INSERTS[key] = _Insert(f"INSERT INTO {table.name} ({', '.join(names)}) {values}", processors)
    return made


def _read_as(kind: TypeEngine[Any], dialect: Dialect) -> str:
    """The type that PostgreSQL reads a value as. A cast to VARCHAR(n) would cut silently what an insert refuses."""
    return "TEXT" if isinstance(kind, String) else kind.compile(dialect)


def _bytes_text(value: bytes | None) -> str | None:
    """Bytes as PostgreSQL writes them."""
    return None if value is None else rf"\x{value.hex()}"


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
