"""Restore a deployment from a backup; what a backup is says backups.py."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from licence_server import migrate as migrations
from licence_server.database import Database
from licence_server.domain.audit_chain import Head
from licence_server.domain.errors import ConfigError, Refused
from licence_server.models import AuditEntry, AuditHead
from licence_server.models.base import Base
from licence_server.secret_keys import write_private
from licence_server.services import audit, sums
from licence_server.services.backups import key_files
from licence_server.services.dumps import FORMAT, DumpError, End, KeyFile, Manifest, Reader, TableHead, insertable
from licence_server.services.dumps import Head as DumpHead
from licence_server.services.runtime import Runtime
from licence_server.services.sealed_files import SealedFile, damaged, unseal


@dataclass(frozen=True)
class Restored:
    """head: of the audit log. rows: how many there are. manifest: of the backup."""

    head: Head
    rows: int
    manifest: Manifest


def restore(runtime: Runtime, path: Path, *, passphrase: str) -> Restored:
    """Fill an empty database and a fresh data directory from a backup, wholly or not at all.

    No audit entry is added: the log goes on from the head the backup was made at. Raises Refused,
    ConfigError (the time zone set is not the backup's).
    """
    _require_empty(runtime)
    sealed = unseal(path, passphrase)
    contents = _check(sealed, path)
    _require_fitting(runtime, contents)
    _prepare_schema(runtime.database, contents.manifest.revision)
    with runtime.database.writing() as session:
        _require_no_entries(session)
        session.execute(delete(AuditHead))
        with sums.added_up_at_the_end(session):
            _read(sealed, path, lambda head: None, lambda table, rows: _insert(session, table, rows))
        if not runtime.database.is_sqlite:
            _go_on_counting(session)
        head = audit.head(session)
        if str(head) != contents.manifest.head:
            raise damaged(path)
        # Last before the commit. If that fails the files stay, and are recognised when restore is run again.
        _write_files(runtime, contents.files)
    migrations.migrate(runtime.database)
    return Restored(head, contents.rows, contents.manifest)


@dataclass
class _Contents:
    """What is in a backup, its rows apart."""

    manifest: Manifest
    files: list[KeyFile]
    rows: int


def _check(sealed: SealedFile, path: Path) -> _Contents:
    """Read a backup to its end."""
    heads: list[DumpHead] = []
    _read(sealed, path, heads.append, lambda table, rows: None)
    manifest, end = heads[0], heads[-1]
    if not isinstance(manifest, Manifest) or not isinstance(end, End):
        raise damaged(path)
    return _Contents(manifest, [head for head in heads if isinstance(head, KeyFile)], end.rows)


def _read(
    sealed: SealedFile,
    path: Path,
    on_head: Callable[[DumpHead], None],
    on_rows: Callable[[TableHead, list[Any]], None],
) -> None:
    reader = Reader(on_head, on_rows)
    try:
        for piece in sealed.pieces():
            reader.take(piece)
    except DumpError:
        raise damaged(path) from None
    if not reader.complete:
        raise damaged(path)


def _require_empty(runtime: Runtime) -> None:
    """Raise Refused where the database holds anything."""
    if migrations.is_empty(runtime.database):
        return
    if migrations.current_revision(runtime.database) is None:
        raise _NOT_EMPTY
    with runtime.database.reading() as session:
        _require_no_entries(session)


def _require_no_entries(session: Session) -> None:
    # The first act of every deployment leaves an audit entry.
    if session.scalar(select(func.count()).select_from(AuditEntry)):
        raise _NOT_EMPTY


_NOT_EMPTY = Refused("database_not_empty", "The database is not empty; a backup is restored into an empty one.")


def _require_fitting(runtime: Runtime, contents: _Contents) -> None:
    """Raise where release, time zone or key files stand against it."""
    manifest, timezone = contents.manifest, runtime.config.timezone
    if manifest.format != FORMAT or not migrations.knows(manifest.revision):
        raise Refused("backup_newer", f"The backup was made by release {manifest.release}, newer than this one.")
    if timezone is not None and timezone.key != manifest.timezone:
        raise ConfigError(f"LICENCE_SERVER_TIMEZONE is {timezone.key}, the backup counts days in {manifest.timezone}.")
    places = key_files(runtime)
    for file in contents.files:
        place = places[file.name]
        if place.exists() and place.read_bytes() != file.content:
            raise Refused("key_file_exists", f"{place} exists and is not the backup's; restore puts nothing over it.")


def _prepare_schema(database: Database, revision: str) -> None:
    """The empty tables of the release that made the backup."""
    current = migrations.current_revision(database)
    if current is not None and current != revision:
        migrations.downgrade(database, "base")
    migrations.migrate(database, revision)


def _insert(session: Session, table: TableHead, rows: list[Any]) -> None:
    names = [name for name, _ in table.columns]
    session.execute(insert(insertable(table)), [dict(zip(names, row, strict=True)) for row in rows])


def _go_on_counting(session: Session) -> None:
    """Let PostgreSQL's sequences begin behind the numbers that are taken."""
    for table in Base.metadata.tables.values():
        column = table.autoincrement_column
        if column is not None:
            highest = session.scalar(select(func.max(column)))
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            session.execute(select(func.setval(sequence, highest or 1, highest is not None)))


def _write_files(runtime: Runtime, files: list[KeyFile]) -> None:
    places = key_files(runtime)
    for file in files:
        if not places[file.name].exists():
            write_private(places[file.name], file.content)
