"""Migrations under load, killed half-way, and code of one release against the schema of the next."""

import ast
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from licence_server.database import Database
from licence_server.migrate import current_revision, migrate, newest_revision
from tests.durability.conftest import Trial
from tests.support.databases import DatabaseServer
from tests.support.schema import differences
from tests.support.server import Server

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
Begin = Callable[..., AbstractContextManager[Trial]]
# What a schema may gain while servers of the release before it go on working.
GAINS = {"create_table", "add_column", "create_index", "create_unique_constraint", "batch_alter_table", "f", "execute"}


def test_running_servers_carry_on_while_the_schema_gains(server: Server, trial: Begin) -> None:
    database = Database(server.database_url)
    with trial(server) as running:
        with database.engine.execution_options(writing=True).connect() as connection, connection.begin():
            gains = Operations(MigrationContext.configure(connection))
            gains.create_table("of_the_next_release", sa.Column("id", sa.Integer, primary_key=True))
            gains.add_column("installation", sa.Column("of_the_next_release", sa.String(10), nullable=True))
            gains.create_index("ix_of_the_next_release", "usage_report", ["day"])
        running.history.await_answers(20)
    database.close()


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("0*.py"))[1:], ids=lambda path: path.stem[:4])
def test_no_migration_takes_away_what_the_release_before_it_uses(path: Path) -> None:
    upgrade = next(
        node
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    used = {
        node.func.attr
        for node in ast.walk(upgrade)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("op", "batch_op")
    }
    assert used <= GAINS


def test_a_migration_killed_half_way_can_be_run_again(database_server: DatabaseServer, tmp_path: Path) -> None:
    server = Server(tmp_path, database_server.empty(), 1)
    database = Database(server.database_url)
    migrate(database, "0001")
    for milliseconds in range(20, 260, 30):
        process = server.begin(("migrate",), tmp_path / "stdout", tmp_path / "stderr")
        time.sleep(milliseconds / 1000)  # Not a wait for anything: the moment of the kill is what varies.
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert current_revision(database) in {"0001", newest_revision()}
    assert server.run("migrate").returncode == 0
    with database.engine.connect() as connection:
        assert differences(connection) == []
    database.close()
