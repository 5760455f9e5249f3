"""What kits ask of the server finds its rows by an index: it costs the same however many other kits there are. So do
figures, of which each asks all installations."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from licence_server.domain.months import PublishablePeriod
from licence_server.domain.period import Period
from licence_server.services import chase_lists, committee
from tests.support.deployment import KIT_ID, Deployment, feedback, individual, workshop

# SQLite says of each statement, as it is about to run, both what it is and how it would go about it; PostgreSQL says of
# each table how often it was read whole.
on_sqlite = pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
READ_WHOLE = text("SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0")

SCANNED = re.compile(r"^SCAN (\w+)")
# Lists of values; what needs no table; whether there is any row at all; the first row of an order.
HARMLESS = {"json_each", "CONSTANT", "removed_report", "keyset"}


@pytest.fixture
def statements(deployment: Deployment) -> Iterator[list[str]]:
    """Every statement from now on, its values in it."""
    seen: list[str] = []
    pool = deployment.runtime.database.engine.pool

    def trace(connection: Any, *_: object) -> None:
        connection.set_trace_callback(seen.append)

    event.listen(pool, "checkout", trace)
    yield seen
    event.remove(pool, "checkout", trace)


@on_sqlite
def test_activations_check_ins_and_releases_scan_no_table(deployment: Deployment, statements: list[str]) -> None:
    now, token = deployment.clock(), deployment.token()
    kit = deployment.installation(token)
    assert statements
    assert kit.sync(workshop(now, 1), individual(now, 2), feedback(now, 3)).status_code == 200
    assert kit.sync(workshop(now, 4, attendee_count=0)).status_code == 200
    assert kit.sync().status_code == 200
    deployment.clock.advance(days=40)
    assert kit.sync(workshop(now, 5)).status_code == 200
    assert deployment.client.delete(f"/api/v1/installations/{kit.id}", headers=kit.headers).status_code == 204
    assert deployment.post_activation(token, kit.id).status_code == 201

    steps = planned(deployment, statements)
    scans = {(found[1], one) for step, one in steps if (found := SCANNED.match(step)) and found[1] not in HARMLESS}
    assert scans == set()
    assert any("usage_report" in one for _, one in steps)


@on_postgresql
def test_a_round_reads_no_table_whole_though_the_database_knows_nothing_of_their_sizes(deployment: Deployment) -> None:
    """New tables have not been analysed: it takes them for a few pages, which it would rather read."""
    now, token, read_whole = deployment.clock(), deployment.token(), set[str]()

    def note(connection: Connection) -> None:
        read_whole.update(connection.scalars(READ_WHOLE))

    event.listen(deployment.runtime.database.engine, "commit", note)
    kit = deployment.installation(token)
    for turn in range(3):
        sent = [workshop(now, 10 * turn + number) for number in range(1, 8)]
        assert kit.sync(*sent, feedback(now, 10 * turn + 9)).status_code == 200
    assert deployment.post_activation(token, kit.id).status_code == 200
    event.remove(deployment.runtime.database.engine, "commit", note)

    assert read_whole == set()


@on_sqlite
def test_figures_read_installations_from_one_index(deployment: Deployment, statements: list[str]) -> None:
    """A row of the table each would be fetched by itself, where they are read by licence."""
    kit = deployment.installation()
    kit.sync(workshop(deployment.clock(), 1))
    deployment.clock.advance(days=40)
    del statements[:]
    runtime, now = deployment.runtime, deployment.clock()
    committee.overview(runtime, now=now)
    chase_lists.totals(runtime, now=now)
    committee.staff(runtime, Period(date(2026, 3, 1), date(2026, 3, 31)), now=now, kit_id=KIT_ID)
    committee.published(runtime, PublishablePeriod(), now=now, kit_id=KIT_ID)

    read = [step for step, _ in planned(deployment, statements) if " installation " in step]
    assert len(read) >= 8
    assert [step for step in read if "COVERING INDEX ix_installation_figures" not in step] == []


def planned(deployment: Deployment, statements: list[str]) -> list[tuple[str, str]]:
    """The steps by which each of these statements goes about its work, and the statement."""
    asked = {one for one in statements if one.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "INSERT"))}
    with deployment.runtime.database.looking() as connection:
        return [(step[3], one) for one in asked for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}")]
