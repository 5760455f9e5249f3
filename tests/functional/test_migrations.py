"""Migrations: up, down, equal to the models, and safe from several processes at once."""

from sqlalchemy import inspect

from licence_server import models
from licence_server.database import Database
from licence_server.migrate import current_revision, downgrade, migrate, newest_revision
from tests.support.databases import DatabaseServer
from tests.support.nursery import CONTEXT
from tests.support.schema import differences

METADATA = models.Organisation.metadata


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(database_server: DatabaseServer) -> None:
    database = Database(database_server.empty())
    assert current_revision(database) is None
    migrate(database)
    assert current_revision(database) == newest_revision()
    assert tables(database) == set(METADATA.tables)
    migrate(database)
    downgrade(database, "base")
    assert (current_revision(database), tables(database)) == (None, set())
    migrate(database)
    assert tables(database) == set(METADATA.tables)
    database.close()


def test_the_schema_equals_the_models(database_server: DatabaseServer) -> None:
    database = Database(database_server.empty())
    migrate(database)
    with database.engine.connect() as connection:
        assert differences(connection) == []
    database.close()


def _migrate_in_a_process(url: str, barrier: object) -> None:
    database = Database(url)
    barrier.wait(60)  # type: ignore[attr-defined]
    migrate(database)
    database.close()


def test_several_processes_start_on_an_empty_database_at_once(database_server: DatabaseServer) -> None:
    url, processes = database_server.empty(), 4
    barrier = CONTEXT.Barrier(processes)
    started = [CONTEXT.Process(target=_migrate_in_a_process, args=(url, barrier)) for _ in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join(120)
    assert [process.exitcode for process in started] == [0] * processes

    database = Database(url)
    assert current_revision(database) == newest_revision()
    database.close()
