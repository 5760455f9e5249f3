"""A dump that is not whole, or not a dump, is never taken for one."""

import zlib
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from licence_server.models.base import Base, Moment
from licence_server.services.dumps import _KINDS, DumpError, End, Head, Reader, TableHead, _head_of, insertable

TABLE = b'{"type":"TableHead","name":"t","columns":[["id","uuid"],["n","integer"],["b","bytes"]]}\n'
ROW = b'["00000000-0000-0000-0000-000000000007",1,"AAE="]\n'


def fed(*lines: bytes, step: int = 1000) -> tuple[Reader, list[Head], list[Any]]:
    heads: list[Head] = []
    rows: list[Any] = []
    reader = Reader(heads.append, lambda table, chunk: rows.extend(chunk))
    packed = zlib.compress(b"".join(lines))
    for start in range(0, len(packed), step):
        reader.take(packed[start : start + step])
    return reader, heads, rows


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_rows_come_out_as_they_went_in(step: int) -> None:
    reader, heads, rows = fed(TABLE, ROW * 2500, b'{"type":"End","rows":2500}\n', step=step)

    assert reader.complete
    assert isinstance(heads[0], TableHead)
    assert heads[1] == End(2500)
    assert len(rows) == 2500
    assert (rows[0][0].int, rows[0][1:]) == (7, (1, b"\x00\x01"))
    assert [column.name for column in insertable(heads[0]).columns] == ["id", "n", "b"]


def test_a_dump_without_its_end_is_not_complete() -> None:
    assert not fed(TABLE, ROW)[0].complete


@pytest.mark.parametrize(
    "lines",
    [
        [ROW, b'{"type":"End","rows":1}\n'],
        [TABLE, ROW, b'{"type":"End","rows":2}\n'],
        [TABLE, b'["no id",1,""]\n'],
        [TABLE, b"[]\n"],
        [b'{"type":"Other"}\n'],
        [b'{"type":"TableHead","name":"t","columns":[["id","money"]]}\n'],
        [b"garbage\n"],
    ],
)
def test_nonsense_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(DumpError):
        fed(*lines)


def test_bytes_that_are_not_packed_are_refused() -> None:
    with pytest.raises(DumpError):
        Reader(lambda head: None, lambda table, rows: None).take(TABLE)


def test_every_column_of_every_table_has_its_kind() -> None:
    for table in Base.metadata.sorted_tables:
        for (_, kind), column in zip(_head_of(table).columns, table.columns, strict=True):
            expected = datetime if isinstance(column.type, Moment) else column.type.python_type
            assert _KINDS[kind][1] is expected, column


def test_a_kind_that_nobody_thought_of_is_a_fault() -> None:
    with pytest.raises(TypeError, match="no kind of column"):
        _head_of(sa.Table("t", sa.MetaData(), sa.Column("c", sa.JSON())))
