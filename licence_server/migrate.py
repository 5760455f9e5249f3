"""Bringing a database to the newest schema, safely from several processes at once.

Alembic does the work inside one transaction that first takes a lock: on SQLite the write lock, on
PostgreSQL an advisory one. So any number of servers may start on an empty database together. It is imported
where it works: most commands only ask whether it has anything to do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from licence_server.database import Database, translated

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

_LOCK = 0x4C494345_4E434531


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade to a revision. Raises Unavailable."""
    with _locked(database) as connection:
        if revision == "head" and _revision(connection) == newest_revision():
            return
        from alembic import command

        command.upgrade(_alembic(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Go back to a revision, or to `base`. Raises Unavailable."""
    from alembic import command

    with _locked(database) as connection:
        command.downgrade(_alembic(connection), revision)


def current_revision(database: Database) -> str | None:
    """The revision a database is at; None for an empty one. Raises Unavailable."""
    with translated(), database.engine.connect() as connection:
        return _revision(connection)


def is_empty(database: Database) -> bool:
    """Whether a database holds no table at all. Raises Unavailable."""
    with translated(), database.engine.connect() as connection:
        return set(inspect(connection).get_table_names()) <= {"alembic_version"}


def knows(revision: str) -> bool:
    """Whether this release has the migration of that revision."""
    from alembic.script import ScriptDirectory

    return any(script.revision == revision for script in ScriptDirectory.from_config(_alembic(None)).walk_revisions())


@cache
def newest_revision() -> str:
    """The revision this release needs. Revisions are numbered, and their files named after them."""
    scripts = files("licence_server.migrations.versions").iterdir()
    return max(script.name[:4] for script in scripts if script.name[:4].isdigit())


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _alembic(connection: Connection | None) -> "AlembicConfig":
    from alembic.config import Config as AlembicConfig

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
