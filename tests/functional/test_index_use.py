"""What kits ask of the server finds its rows by an index: it costs the same however many other kits there are."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from tests.support.deployment import Deployment, feedback, individual, workshop

# SQLite alone says of each statement, as it is about to run, both what it is and how it would go about it.
pytestmark = pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)

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

    asked = {one for one in statements if one.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "INSERT"))}
    with deployment.runtime.database.looking() as connection:
        plans = {one: connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}").all() for one in asked}
    scans = {
        (found[1], one)
        for one, plan in plans.items()
        for step in plan
        if (found := SCANNED.match(step[3])) and found[1] not in HARMLESS
    }
    assert scans == set()
    assert any("usage_report" in one for one in asked)
