"""A dump: the rows of every table as JSON lines, compressed, independent of the kind of database.

    {"type": "Manifest", …}                            once, first
    {"type": "KeyFile", "name": …, "content": …}       the files that leases and messages depend on
    {"type": "TableHead", "name": …, "columns": …}     then its rows, an array each
    {"type": "End", "rows": …}                         once, last: without it the dump is not whole

A column says what it holds, so that a dump of an older release can be read without its models.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.orm import Session

from licence_server.models.base import Base, Moment

FORMAT = 1
_CHUNK = 1000
_PIECE = 2**16


class Manifest(Struct, tag=True, frozen=True):
    """format: of the dump. revision: of the schema. head: where the audit log ends, `N:HASH`."""

    format: int
    release: str
    revision: str
    made_at: datetime
    head: str
    public_url: str
    timezone: str


class KeyFile(Struct, tag=True, frozen=True):
    name: str
    content: bytes


class TableHead(Struct, tag=True, frozen=True):
    """columns: name and what it holds, a key of _KINDS."""

    name: str
    columns: tuple[tuple[str, str], ...]


class End(Struct, tag=True, frozen=True):
    rows: int


Head = Manifest | KeyFile | TableHead | End

# What a column can hold: the SQL type, and the Python type of its values.
_KINDS: dict[str, tuple[Any, Any]] = {
    "uuid": (sa.Uuid(), UUID),
    "moment": (Moment(), datetime),
    "date": (sa.Date(), date),
    "bytes": (sa.LargeBinary(), bytes),
    "boolean": (sa.Boolean(), bool),
    "integer": (sa.BigInteger(), int),
    "text": (sa.Text(), str),
}

_read_head = msgspec.json.Decoder(Head).decode


def dump(session: Session, manifest: Manifest, files: Iterable[KeyFile], leave_out: Sequence[str]) -> Iterator[bytes]:
    """The bytes of a dump of everything a session sees. leave_out: names of tables."""
    packer = zlib.compressobj()
    pending = b""
    for line in _lines(session, manifest, files, leave_out):
        pending += packer.compress(line + b"\n")
        if len(pending) > _PIECE:
            yield pending
            pending = b""
    yield pending + packer.flush()


class Reader:
    """Takes a dump piece by piece; hands over heads, and rows in chunks with the head of their table.

    Broken input raises DumpError.
    """

    def __init__(self, on_head: Callable[[Head], None], on_rows: Callable[[TableHead, list[Any]], None]) -> None:
        self._on_head, self._on_rows = on_head, on_rows
        self._unpacker, self._rest = zlib.decompressobj(), b""
        self._table: TableHead | None = None
        self._decode: Callable[[bytes], Any] = msgspec.json.decode
        self._rows: list[Any] = []
        self._count = 0
        self.complete = False

    def take(self, piece: bytes) -> None:
        try:
            *lines, self._rest = (self._rest + self._unpacker.decompress(piece)).split(b"\n")
            for line in lines:
                if line.startswith(b"["):
                    self._rows.append(self._decode(line))
                    if len(self._rows) >= _CHUNK:
                        self._hand_over()
                else:
                    self._take_head(_read_head(line))
        except (zlib.error, msgspec.DecodeError, KeyError) as error:
            raise DumpError(str(error)) from error

    def _take_head(self, head: Head) -> None:
        self._hand_over()
        if isinstance(head, TableHead):
            self._table = head
            members = tuple(_KINDS[kind][1] | None for _, kind in head.columns)
            self._decode = msgspec.json.Decoder(tuple.__class_getitem__(members)).decode
        elif isinstance(head, End):
            if head.rows != self._count:
                raise DumpError(f"{self._count} rows instead of {head.rows}")
            self.complete = True
        self._on_head(head)

    def _hand_over(self) -> None:
        if self._rows:
            if self._table is None:
                raise DumpError("rows without a table")
            self._on_rows(self._table, self._rows)
            self._count += len(self._rows)
            self._rows = []


class DumpError(Exception):
    """These bytes are no dump of ours."""


def insertable(head: TableHead) -> sa.TableClause:
    """The table of a dump as SQL knows it."""
    return sa.table(head.name, *(sa.column(name, _KINDS[kind][0]) for name, kind in head.columns))


def _lines(session: Session, manifest: Manifest, files: Iterable[KeyFile], leave_out: Sequence[str]) -> Iterator[bytes]:
    encode = msgspec.json.Encoder().encode
    yield encode(manifest)
    yield from map(encode, files)
    count = 0
    for table in Base.metadata.sorted_tables:
        if table.name in leave_out:
            continue
        yield encode(_head_of(table))
        for row in session.execute(sa.select(table).execution_options(yield_per=_CHUNK)):
            count += 1
            yield encode(tuple(row))
    yield encode(End(count))


def _head_of(table: sa.Table) -> TableHead:
    return TableHead(str(table.name), tuple((str(column.name), _kind(column.type)) for column in table.columns))


def _kind(column_type: Any) -> str:
    if isinstance(column_type, Moment):
        return "moment"
    for kind, (sql_type, _) in _KINDS.items():
        if kind != "moment" and isinstance(column_type, _FAMILY.get(kind, type(sql_type))):
            return kind
    raise TypeError(f"no kind of column for {column_type!r}")


_FAMILY: dict[str, type[Any]] = {"integer": sa.Integer, "text": sa.String}
