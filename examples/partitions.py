"""Keep the raw reports of a PostgreSQL database in one partition a month; the service does not notice.

    python -m examples.partitions 2026-01 2027-12    # settings as the server has them, `.env` included

* The partition of a report follows from its id alone: a UUIDv7 begins with the milliseconds at which the kit made
  it. So the id stays the primary key, every id is there once, and looking one up reads one partition. By day of
  receipt PostgreSQL could not promise that: it holds unique only what contains the partition's key.
* Reports that other clients gave other ids, or PCs far from today's date, lie in `usage_report_other`.
* The first run moves every report and keeps writers waiting for as long; later ones add the months that are
  missing, and move into them what has come for them already. It is all one transaction.
"""

import argparse
import os
import sys
from datetime import date
from pathlib import Path
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from licence_server.config import load
from licence_server.domain import months
from licence_server.domain.months import Month

TABLE = "usage_report"
OTHER = f"{TABLE}_other"


def main() -> int:
    """Add the months named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=months.parse, help="the first month to have a partition, like 2026-01")
    parser.add_argument("last", type=months.parse, help="the last one")
    chosen = parser.parse_args()
    url = load(os.environ, Path.cwd()).database_url
    if url.startswith("sqlite:"):
        parser.error("there are partitions on PostgreSQL alone, and LICENCE_SERVER_DATABASE_URL names none")
    added = keep(url, chosen.first, chosen.last)
    print("\n".join(added) or "Every month is there already.")
    return 0


def keep(url: str, first: Month, last: Month) -> list[str]:
    """Let every month from the first to the last have its partition; the names of those that are new."""
    with psycopg.connect(url) as connection:
        _run(connection, "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", TABLE)
        wanted = [month for month in months.months_between(first, last) if not _exists(connection, _name(month))]
        if _is_partitioned(connection):
            for month in wanted:
                _add(connection, month)
        else:
            _convert(connection, wanted)
    return [_name(month) for month in wanted]


def begins(month: Month) -> UUID:
    """The smallest id that a kit makes in a month."""
    milliseconds = (month - date(1970, 1, 1)).days * 24 * 60 * 60 * 1000
    return UUID(int=milliseconds << 80)


def _convert(connection: psycopg.Connection, wanted: list[Month]) -> None:
    """Make the partitioned table, with the keys and indexes that the plain one has, under their names."""
    plain = f"{TABLE}_plain"
    keys = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f') ORDER BY contype DESC",
        (TABLE,),
    ).fetchall()
    indexes = connection.execute(
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        (TABLE,),
    ).fetchall()
    _run(connection, "ALTER TABLE {} RENAME TO {}", TABLE, plain)
    like = "CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (id)"
    _run(connection, like, TABLE, plain)
    _run(connection, "CREATE TABLE {} PARTITION OF {} DEFAULT", OTHER, TABLE)
    for month in wanted:
        _add(connection, month)
    _run(connection, "INSERT INTO {} SELECT * FROM {}", TABLE, plain)
    _run(connection, "DROP TABLE {}", plain)
    for name, definition in keys:
        statement = SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(Identifier(TABLE), Identifier(name))
        connection.execute(statement + SQL(definition))
    for (definition,) in indexes:
        connection.execute(definition)


def _add(connection: psycopg.Connection, month: Month) -> None:
    """Make one month's partition, and move into it what lies elsewhere for want of it."""
    name, low, high = _name(month), Literal(begins(month)), Literal(begins(months.next_month(month)))
    _run(connection, "CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)", name, TABLE)
    moved = SQL("WITH moved AS (DELETE FROM {} WHERE id >= {} AND id < {} RETURNING *)")
    connection.execute(
        moved.format(Identifier(OTHER), low, high) + SQL(" INSERT INTO {} SELECT * FROM moved").format(Identifier(name))
    )
    attach = SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})")
    connection.execute(attach.format(Identifier(TABLE), Identifier(name), low, high))


def _name(month: Month) -> str:
    return f"{TABLE}_{month:%Y_%m}"


def _run(connection: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(SQL(statement).format(*map(Identifier, names)))


def _exists(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("SELECT to_regclass(%s)", (name,)).fetchone() != (None,)


def _is_partitioned(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT relkind FROM pg_class WHERE oid = %s::regclass", (TABLE,)).fetchone()
    return row is not None and row[0] in ("p", b"p")


if __name__ == "__main__":
    sys.exit(main())
