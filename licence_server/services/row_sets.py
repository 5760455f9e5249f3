"""Insert many rows, of many tables, with one statement, and write what has changed of many.

What SQLAlchemy does for each row and column of an executemany costs more than the insert itself. Here an object that
many rows share is converted once, and PostgreSQL gets all rows as one JSON text: of what psycopg can be given it is
written fastest, and as it is one value of one type, the same columns make the same prepared statement.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Dialect, LargeBinary, String, Table
from sqlalchemy.types import TypeEngine

from licence_server.services.prepared import ask

Names = tuple[str, ...]
"""Of columns."""


class RowSet(NamedTuple):
    """Rows of one table, to be inserted. names: of all columns that any of them may have. values: by the names of those
    that they do have, as the driver takes them; the others are null. on_conflict: that clause in SQL, where one is
    due."""

    table: Table
    names: Names
    values: Mapping[Names, Sequence[tuple[Any, ...]]]
    on_conflict: str = ""


def row_set(dialect: Dialect, table: Table, rows: Sequence[Mapping[str, Any]], on_conflict: str = "") -> RowSet:
    """Of rows, if any, which all name the same columns."""
    names = tuple(rows[0]) if rows else ()
    values = converted(dialect, table, names, [[row[name] for name in names] for row in rows])
    return RowSet(table, names, {names: values}, on_conflict)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], on_conflict: str = "") -> None:
    """Insert rows, if any, which all name the same columns."""
    insert_all(connection, [row_set(connection.dialect, table, rows, on_conflict)])


def converted(
    dialect: Dialect, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    """Rows of the columns of these names, their values as the driver takes them."""
    if not rows:
        return []
    # What columns of one kind share is converted once.
    known = defaultdict[Any, dict[int, Any]](dict)
    processors = _given(dialect, table, names).processors
    columns = map(_column, zip(*rows, strict=True), processors, [known[processor] for processor in processors])
    return list(zip(*columns, strict=True))


def insert_all(connection: Connection, sets: Iterable[RowSet]) -> None:
    """Insert sets of rows in their order, PostgreSQL by one statement: each costs more than a few rows do."""
    there = [one for one in sets if any(one.values.values())]
    if connection.dialect.name == "sqlite":
        for one in there:
            for names, rows in one.values.items():
                if rows:
                    ask(connection, _insert(connection.dialect, one, names, 1), rows, many=True)
    elif there:
        # PostgreSQL runs the statement itself, then what stands before it from the last to the first. Its manual
        # promises no order; all that write totals do so here, and whoever is in a deadlock nonetheless is tried again.
        inserts = [_insert(connection.dialect, one, one.names, place) for place, one in enumerate(there, 1)]
        before = [f"rows_{place} AS ({insert})" for place, insert in enumerate(inserts, 1)][:0:-1]
        sql = f"{'WITH ' if before else ''}{', '.join(before)} {inserts[0]}"
        ask(connection, sql, [_as_json(_in_order(one)) for one in there])


class Changes:
    """Writes rows that a dataclass with slots holds, by their `id`. since: the first of the columns that may have
    changed, all after it among them. more: what else is set each time, in SQL."""

    def __init__(self, model: Any, row: Any, since: str, *more: str) -> None:
        self._table: Table = model.__table__
        self._names = (*row.__slots__[row.__slots__.index(since) :], "id")
        self._values_of = attrgetter(*self._names)
        self._more = more

    def write(self, connection: Connection, rows: Iterable[Any]) -> None:
        """Rows that the caller has locked, if any; PostgreSQL gets them all in one statement."""
        values = [self._values_of(row) for row in rows]
        if not values:
            return
        given = converted(connection.dialect, self._table, self._names, values)
        if connection.dialect.name == "sqlite":
            ask(connection, self._update("", "?".format), given, many=True)
        else:
            source = _given(connection.dialect, self._table, self._names).source.format(1)
            sql = self._update(f"FROM ({source}) AS given", "given.{}".format)
            ask(connection, sql, [_as_json(_by_name(self._names, given))])

    def _update(self, source: str, value: Callable[[str], str]) -> str:
        """value: what stands for the new value of a column."""
        table = self._table.name
        changes = ", ".join([*(f"{name} = {value(name)}" for name in self._names[:-1]), *self._more])
        return f"UPDATE {table} SET {changes} {source} WHERE {table}.id = {value('id')}"  # noqa: S608 (our own tables)


def _insert(dialect: Dialect, one: RowSet, names: Names, place: int) -> str:
    """place: of its rows among the values of the statement, where that names them by number."""
    source = _given(dialect, one.table, names).source.format(place)
    return f"INSERT INTO {one.table.name} ({', '.join(names)}) {source} {one.on_conflict}"


def _in_order(one: RowSet) -> list[dict[str, Any]]:
    """By their first column, else as they came: so two that insert the same rows at once do not deadlock."""
    rows = [row for names, values in one.values.items() for row in _by_name(names, values)]
    return sorted(rows, key=itemgetter(one.names[0]))


def _by_name(names: Names, rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]


def _as_json(rows: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()


@dataclass(frozen=True)
class _Given:
    """Rows of some columns of a table, as a statement is given them. source: what they are there, with `{}` for their
    place among its values. processors: what the driver wants done to the values of each column, None where that is
    nothing."""

    source: str
    processors: tuple[Callable[[Any], Any] | None, ...]


_GIVEN: dict[tuple[str, str, tuple[str, ...]], _Given] = {}


def _given(dialect: Dialect, table: Table, names: Sequence[str]) -> _Given:
    key = (dialect.name, table.name, tuple(names))
    known = _GIVEN.get(key)
    if known is not None:
        return known
    types = [table.c[name].type for name in names]
    if dialect.name == "sqlite":
        source = f"VALUES ({', '.join('?' * len(names))})"
        processors = tuple(
            _bytes_array if isinstance(kind, LargeBinary) else kind.dialect_impl(dialect).bind_processor(dialect)
            for kind in types
        )
    else:
        columns = ", ".join(f"{name} {_read_as(kind, dialect)}" for name, kind in zip(names, types, strict=True))
        source = f"SELECT * FROM json_to_recordset(${{}}::json) AS given({columns})"  # noqa: S608 (our own tables)
        processors = tuple(_bytes_text if isinstance(kind, LargeBinary) else None for kind in types)
    return _GIVEN.setdefault(key, _Given(source, processors))


def _read_as(kind: TypeEngine[Any], dialect: Dialect) -> str:
    """The type that PostgreSQL reads a value as. A cast to VARCHAR(n) would cut silently what an insert refuses."""
    return "TEXT" if isinstance(kind, String) else kind.compile(dialect)


def _bytes_array(value: bytes | None) -> bytearray | None:
    """Bytes as SQLite's driver takes them at once. For anything but int, float, str and bytearray, a None too, it first
    looks for an adapter; bytes then take three times as long."""
    return None if value is None else bytearray(value)


def _bytes_text(value: bytes | None) -> str | None:
    """Bytes as PostgreSQL writes them."""
    return None if value is None else rf"\x{value.hex()}"


def _column(values: Sequence[Any], processor: Callable[[Any], Any] | None, known: dict[int, Any]) -> Sequence[Any]:
    """The values of a column, as the driver takes them. known: those that were converted already, by their identity,
    since to look a UUID up by its value costs more than to convert it."""
    if processor is None:
        return values
    return [
        known[place] if (place := id(value)) in known else known.setdefault(place, processor(value)) for value in values
    ]
