"""Transactions: joined, rolled back, tried again; faults of the database as Unavailable."""

import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from licence_server import database as database_module
from licence_server import engines
from licence_server.database import Database
from licence_server.domain.errors import ConfigError, Unavailable
from licence_server.models import Setting
from tests.support.databases import end_from_afar
from tests.support.deployment import Deployment


def add(session: Session, name: str) -> None:
    session.add(Setting(name=name, value="x"))
    session.flush()


def count(database: Database) -> int:
    with database.reading() as session:
        return (session.scalar(select(func.count()).select_from(Setting)) or 0) - 1  # the time zone is there


def test_a_use_case_inside_another_joins_its_transaction(deployment: Deployment) -> None:
    database = deployment.runtime.database

    def outer_fails() -> None:
        with database.writing() as session, database.writing() as inner, database.reading() as reader:
            assert session is inner is reader
            add(inner, "one")
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        outer_fails()
    assert count(database) == 0


def test_threads_do_not_join_each_other(deployment: Deployment) -> None:
    database = deployment.runtime.database
    sessions = []
    with database.writing() as session:

        def read() -> None:
            with database.reading() as other:
                sessions.append(other)

        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert sessions != [session]


def test_a_collision_is_tried_again(deployment: Deployment) -> None:
    database, tries = deployment.runtime.database, []

    def use_case(session: Session) -> int:
        tries.append(1)
        add(session, "taken" if len(tries) < 4 else "free")
        return len(tries)

    database.write(lambda session: add(session, "taken"))
    assert database.write(use_case) == 4
    assert count(database) == 2


def test_a_collision_that_stays_is_told_in_the_end(deployment: Deployment) -> None:
    database, tries = deployment.runtime.database, []

    def use_case(session: Session) -> None:
        tries.append(1)
        add(session, "timezone")

    with pytest.raises(IntegrityError):
        database.write(use_case)
    assert len(tries) == database_module.ATTEMPTS


def test_a_deadlock_is_tried_again_and_another_fault_is_not(deployment: Deployment) -> None:
    database, tries = deployment.runtime.database, []

    def use_case(cause: Exception) -> int:
        def run(_: Session) -> int:
            tries.append(1)
            if len(tries) == 1:
                raise OperationalError("SELECT", {}, cause)
            return len(tries)

        return database.write(run)

    assert use_case(psycopg.errors.DeadlockDetected()) == 2
    tries.clear()
    with pytest.raises(Unavailable):
        use_case(psycopg.errors.AdminShutdown())
    assert len(tries) == 1


def test_a_locked_sqlite_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_MILLISECONDS", 50)
    url = f"sqlite:///{tmp_path / 'x.db'}"
    first, second = Database(url), Database(url)
    with first.writing(), pytest.raises(Unavailable), second.writing():
        pass
    first.close()
    second.close()


def test_a_sqlite_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}")
    with pytest.raises(Unavailable), database.writing():
        pass
    database.close()


def test_sqlite_is_durable_and_checks_its_keys(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.reading() as session:
        found = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]
    database.close()
    assert found == ["wal", 2, 1]


def test_an_unsafe_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "SAFE_SQLITE", (99, 0, 0))
    with pytest.raises(ConfigError) as refused:
        engines.sqlite_module()
    assert "WAL" in refused.value.detail


def test_an_address_that_libpq_does_not_read_is_a_bad_setting() -> None:
    with pytest.raises(ConfigError) as refused:
        Database("postgresql://u:hunter2@h:port:x/db?nonsense=1")
    assert "hunter2" not in refused.value.detail


def test_who_looks_steadily_keeps_a_connection_and_leaves_nothing_open_on_it(deployment: Deployment) -> None:
    database = deployment.runtime.database

    with database.looking() as first:
        assert first.scalar(select(func.count()).select_from(Setting)) == 1
        assert first.in_transaction()
    with database.looking() as second, database.looking() as third:
        assert second is first is not third
        assert not first.in_transaction()


def test_a_connection_on_which_a_look_failed_is_not_kept(deployment: Deployment) -> None:
    database = deployment.runtime.database

    with pytest.raises(ValueError, match="no"), database.looking() as failed:
        raise ValueError("no")
    with database.looking() as next_one:
        assert failed.closed
        assert next_one is not failed


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
def test_a_connection_that_was_lost_while_it_rested_is_not_looked_with(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = deployment.runtime.database
    with database.looking() as lost:
        assert lost.scalar(text("SELECT 1")) == 1
    end_from_afar(deployment.database_url, lost)

    monkeypatch.setattr(engines, "STEADY_SECONDS", 0)
    with database.looking() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
def test_once_one_connection_is_lost_nobody_looks_with_one_of_that_time(deployment: Deployment) -> None:
    database = deployment.runtime.database

    def write_on_a_lost_connection() -> None:
        with database.writing() as session:
            end_from_afar(deployment.database_url, session.connection())
            session.execute(text("SELECT 1"))

    with database.looking() as held:
        old = backend(held)
        with pytest.raises(Unavailable):
            write_on_a_lost_connection()
    with database.looking() as laid_down:
        assert backend(laid_down) != old
    with pytest.raises(Unavailable):
        write_on_a_lost_connection()
    with database.looking() as after:
        assert after is not laid_down


def test_the_embedded_database_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    with database.writing() as session:
        session.execute(text("CREATE TABLE made (id INTEGER)"))
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    database.close()

    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def backend(connection: Connection) -> int:
    """The process that serves it."""
    return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)
