"""PostgreSQL asked through libpq itself: one message each way, and a connection that psycopg can go on with."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from licence_server.libpq import Wire
from tests.support.databases import DatabaseServer, PostgresqlServer, end_driver_from_afar
from tests.support.interrupting import interrupted_soon

pytestmark = [
    pytest.mark.traced_on_postgresql,
    pytest.mark.parametrize("database_server", ["postgresql"], indirect=True),
]

READ = "SELECT name FROM thing WHERE id = $1 OR name = $2 ORDER BY id"
ADD = "INSERT INTO thing VALUES ($1, $2)"


@pytest.fixture
def driver(database_server: DatabaseServer) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_server.empty(), prepare_threshold=None) as connection:
        connection.execute("CREATE TABLE thing (id INTEGER PRIMARY KEY, name VARCHAR(100))")
        connection.commit()
        yield connection


@pytest.fixture
def wire(driver: psycopg.Connection[Any]) -> Wire:
    return Wire(driver)


def state(driver: psycopg.Connection[Any]) -> TransactionStatus:
    return TransactionStatus(driver.pgconn.transaction_status)


@contextmanager
def traced(driver: psycopg.Connection[Any]) -> Iterator[list[str]]:
    """The messages on a connection; there at the end of the block."""
    messages: list[str] = []
    with tempfile.TemporaryFile() as file:
        driver.pgconn.trace(file.fileno())
        yield messages
        driver.pgconn.untrace()
        file.seek(0)
        messages += [line.split("\t")[3] for line in file.read().decode().splitlines()]


def test_what_is_asked_together_waits_for_one_answer(driver: psycopg.Connection[Any], wire: Wire) -> None:
    with traced(driver) as messages, wire.together(commit=False):
        wire.ask(ADD, [(1, "one"), (2, "two")], begins=True)
        found = wire.ask(READ, [(1, "two")], begins=True)
    assert found.fetchall() == [("one",), ("two",)]
    assert messages.count("ReadyForQuery") == 1
    assert messages.index("Sync") < messages.index("ParseComplete")


def test_a_statement_is_prepared_once_for_each_type_of_its_values(driver: psycopg.Connection[Any], wire: Wire) -> None:
    for values, parsed in [((1, "x"), 2), ((2, "y"), 0), ((None, "z"), 1), ((None, None), 0), ((70_000, "z"), 1)]:
        with traced(driver) as messages:
            wire.ask(READ, [values], begins=True)
        # The first one begins the transaction as well.
        assert messages.count("Parse") == parsed, values


def test_an_answer_is_fetched_where_it_is_looked_at(wire: Wire) -> None:
    with wire.together(commit=False):
        added = wire.ask(ADD, [(1, "one")], begins=True)
        assert added.fetchone() is None
        assert added.command == b"INSERT 0 1"
        assert wire.ask(READ, [(1, None)], begins=True).fetchone() == ("one",)


def test_a_transaction_begins_as_psycopg_would_begin_it(driver: psycopg.Connection[Any], wire: Wire) -> None:
    level = "SELECT current_setting('transaction_isolation')"
    wire.ask(level, [()], begins=False)
    assert state(driver) == TransactionStatus.IDLE
    assert wire.ask(level, [()], begins=True).fetchone() == ("read committed",)
    assert state(driver) == TransactionStatus.INTRANS
    driver.rollback()
    driver.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    assert wire.ask(level, [()], begins=True).fetchone() == ("repeatable read",)
    driver.rollback()
    driver.autocommit = True
    wire.ask(level, [()], begins=True)
    assert state(driver) == TransactionStatus.IDLE


def test_a_commit_travels_with_what_it_commits(driver: psycopg.Connection[Any], wire: Wire) -> None:
    with traced(driver) as messages, wire.together(commit=True):
        wire.ask(ADD, [(1, "one")], begins=True)
    assert messages.count("Sync") == 1
    assert state(driver) == TransactionStatus.IDLE
    driver.rollback()
    assert wire.ask(READ, [(1, None)], begins=True).fetchone() == ("one",)


def test_nothing_that_stands_after_a_mistake_is_done(driver: psycopg.Connection[Any], wire: Wire) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation, match="thing_pkey"), wire.together(commit=True):
        wire.ask(ADD, [(1, "one"), (1, "again"), (2, "two")], begins=True)
    assert state(driver) == TransactionStatus.INERROR
    driver.rollback()
    with wire.together(commit=True):
        wire.ask(ADD, [(1, "one")], begins=True)
    assert driver.execute("SELECT id, name FROM thing").fetchall() == [(1, "one")]


def test_nothing_is_sent_of_a_block_that_fails(driver: psycopg.Connection[Any], wire: Wire) -> None:
    with suppress(ZeroDivisionError), wire.together(commit=True):
        wire.ask(ADD, [(1, "one")], begins=True)
        raise ZeroDivisionError
    assert state(driver) == TransactionStatus.IDLE
    with wire.together(commit=False):
        pass
    assert wire.ask(READ, [(1, None)], begins=True).fetchall() == []


def test_a_value_that_cannot_be_sent_spoils_nothing(driver: psycopg.Connection[Any], wire: Wire) -> None:
    with pytest.raises(psycopg.DataError, match="NUL"):
        wire.ask(ADD, [(1, "one"), (2, "\x00")], begins=True)
    assert state(driver) == TransactionStatus.IDLE
    assert wire.ask(READ, [(1, None)], begins=True).fetchall() == []


def test_a_statement_whose_columns_a_migration_changed_is_refused_once(
    driver: psycopg.Connection[Any], wire: Wire
) -> None:
    wire.ask(READ, [(1, None)], begins=True)
    driver.commit()
    driver.execute("ALTER TABLE thing ALTER COLUMN name TYPE TEXT")
    driver.commit()
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="result type"):
        wire.ask(READ, [(1, None)], begins=True)
    driver.rollback()
    assert wire.ask(READ, [(1, None)], begins=True).fetchall() == []


def prepared(driver: psycopg.Connection[Any]) -> list[str]:
    """The names that PostgreSQL has statements for."""
    return [name for (name,) in driver.execute("SELECT name FROM pg_prepared_statements").fetchall()]


def test_a_statement_that_is_refused_time_and_again_stays_prepared_once(
    driver: psycopg.Connection[Any], wire: Wire
) -> None:
    for _ in range(3):
        with suppress(psycopg.errors.UniqueViolation):
            wire.ask(ADD, [(1, "one"), (1, "again")], begins=True)
        driver.rollback()
    assert len(prepared(driver)) == 1


def test_what_postgresql_has_lost_is_missed_once(driver: psycopg.Connection[Any], wire: Wire) -> None:
    def ask_all() -> None:
        with wire.together(commit=False):
            wire.ask(ADD, [(1, "one")], begins=True)
            wire.ask(READ, [(1, None)], begins=True)
        driver.rollback()

    ask_all()
    driver.autocommit = True
    driver.execute("DISCARD ALL")
    driver.autocommit = False
    with pytest.raises(psycopg.errors.InvalidSqlStatementName):
        ask_all()
    driver.rollback()
    ask_all()


def test_another_statement_never_goes_by_the_same_name(
    driver: psycopg.Connection[Any], wire: Wire, database_server: PostgresqlServer
) -> None:
    """As where a pooler that does not follow them gives one's connection to another."""
    wire.ask(READ, [(1, None)], begins=True)
    with psycopg.connect(driver.info.dsn, prepare_threshold=None) as other:
        Wire(other).ask(ADD, [(1, "one")], begins=True)
        assert len({*prepared(driver), *prepared(other)}) == 2


def test_a_commit_that_postgresql_answers_with_a_rollback_is_an_error(
    driver: psycopg.Connection[Any], wire: Wire
) -> None:
    with suppress(psycopg.errors.UniqueViolation):
        wire.ask(ADD, [(1, "one"), (1, "again")], begins=True)
    with pytest.raises(psycopg.errors.InFailedSqlTransaction), wire.together(commit=True):
        pass
    assert state(driver) == TransactionStatus.IDLE


def test_what_fills_both_directions_gets_through(driver: psycopg.Connection[Any], wire: Wire) -> None:
    """PostgreSQL stops reading while nobody reads what it says."""
    large = "x" * (4 << 20)
    with wire.together(commit=False):
        asked = [wire.ask("SELECT $1::TEXT", [(large,)], begins=True) for _ in range(4)]
    assert all(one.fetchone() == (large,) for one in asked)


def test_whoever_is_interrupted_while_waiting_leaves_no_connection_behind(
    driver: psycopg.Connection[Any], wire: Wire
) -> None:
    with interrupted_soon(InterruptedError()), pytest.raises(InterruptedError):
        wire.ask("SELECT pg_sleep(60)", [()], begins=True)
    assert driver.closed


@pytest.mark.parametrize("begun", [True, False])
def test_a_lost_connection_is_an_operational_error(driver: psycopg.Connection[Any], wire: Wire, begun: bool) -> None:
    if begun:
        wire.ask(READ, [(1, None)], begins=True)
    end_driver_from_afar(driver.info.dsn, driver)
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            wire.ask(READ, [(1, None)], begins=True)
        assert driver.closed


def test_why_postgresql_ends_a_connection_is_told(driver: psycopg.Connection[Any], wire: Wire) -> None:
    end_soon = "SELECT pg_terminate_backend(pg_backend_pid())"
    with pytest.raises(psycopg.OperationalError, match="administrator"):
        wire.ask(end_soon, [()], begins=True)
    assert driver.closed
