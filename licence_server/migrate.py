"""Bringing a database to the newest schema, safely from several processes at once.

Alembic does the work inside one transaction that first takes a lock: on SQLite the write lock, on
PostgreSQL an advisory one. So any number of servers may start on an empty database together.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from licence_server.database import Database, translated

_LOCK = 0x4C494345_4E434531


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade to a revision. Raises Unavailable."""
    with _locked(database) as connection:
        command.upgrade(_alembic(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Go back to a revision, or to `base`. Raises Unavailable."""
    with _locked(database) as connection:
        command.downgrade(_alembic(connection), revision)


def current_revision(database: Database) -> str | None:
    """The revision a database is at; None for an empty one. Raises Unavailable."""
    with translated(), database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_empty(database: Database) -> bool:
    """Whether a database holds no table at all. Raises Unavailable."""
    with translated(), database.engine.connect() as connection:
        return set(inspect(connection).get_table_names()) <= {"alembic_version"}


def knows(revision: str) -> bool:
    """Whether this release has the migration of that revision."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_alembic(None)).walk_revisions())


def newest_revision() -> str:
    """The revision this release needs."""
    head = ScriptDirectory.from_config(_alembic(None)).get_current_head()
    assert head is not None  # noqa: S101 (there is at least the first migration)
    return head


def _alembic(connection: Connection | None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(files("licence_server.migrations")))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _locked(database: Database) -> Iterator[Connection]:
    with translated(), database.engine.execution_options(writing=True).connect() as connection, connection.begin():
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection
