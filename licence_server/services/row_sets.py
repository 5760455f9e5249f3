"""Insert many rows with one statement, and write what has changed of many.

What SQLAlchemy does for each row and column of an executemany costs more than the insert itself. Here an object that
many rows share is converted once, and PostgreSQL gets one statement with an array a column.
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
    if not rows:
        return
    names = tuple(rows[0])
    prepared = _INSERTS.get((connection.dialect.name, table.name, names))
    if prepared is None:
        prepared = _prepared_insert(connection.dialect, table, names)
        _INSERTS[connection.dialect.name, table.name, names] = prepared
    sql = f"{prepared.sql} {on_conflict}"
    columns = [_converted([row[name] for row in rows], processor) for name, processor in prepared.processors.items()]
    if connection.dialect.name == "sqlite":
        ask(connection, sql, list(zip(*columns, strict=True)), many=True)
    else:
        ask(connection, sql, columns)


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
    """processors: column to what the driver wants done to its values, None where that is nothing."""

    sql: str
    processors: Mapping[str, Callable[[Any], Any] | None]


_INSERTS: dict[tuple[str, str, tuple[str, ...]], _Insert] = {}


def _prepared_insert(dialect: Dialect, table: Table, names: tuple[str, ...]) -> _Insert:
    if dialect.name == "sqlite":
        values = f"VALUES ({', '.join('?' * len(names))})"
    else:
        arrays = ", ".join(f"%s::{_array_of(table.c[name].type, dialect)}[]" for name in names)
        values = f"SELECT * FROM unnest({arrays})"  # noqa: S608 (types of our own tables)
    processors = {name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names}
    return _Insert(f"INSERT INTO {table.name} ({', '.join(names)}) {values}", processors)


def _array_of(kind: TypeEngine[Any], dialect: Dialect) -> str:
    """The type to read an array as. A cast to VARCHAR(n) would cut silently what an insert refuses."""
    return "TEXT" if isinstance(kind, String) else kind.compile(dialect)


def _converted(values: list[Any], processor: Callable[[Any], Any] | None) -> list[Any]:
    if processor is None:
        return values
    if len(values) == 1:
        return [processor(values[0])]
    # By identity: to look a UUID up by its value costs more than to convert it.
    places = list(map(id, values))
    known = {place: processor(value) for place, value in dict(zip(places, values, strict=True)).items()}
    return [known[place] for place in places]
