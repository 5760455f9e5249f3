"""Raw reports in one partition a month, made by the script that docs/scaling.md shows: the service runs unchanged."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from client_sdk.ids import uuid7
from examples.partitions import OTHER, keep
from tests.support.acts import statuses
from tests.support.databases import PostgresqlServer
from tests.support.deployment import Deployment, workshop
from tests.support.retained import counts, figures, keep_for, retain
from tests.support.schema import differences

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))


@pytest.fixture
def deployment(postgresql_server: PostgresqlServer, tmp_path: Path) -> Iterator[Deployment]:
    fresh = Deployment(tmp_path, postgresql_server.migrated())
    yield fresh
    fresh.close()


def of_now(deployment: Deployment, seq: int) -> dict[str, Any]:
    """A workshop under an id as our SDKs make it."""
    return workshop(
        deployment.clock(), seq, id=uuid7(deployment.clock().timestamp(), lambda size: seq.to_bytes(size, "big"))
    )


def rows(deployment: Deployment) -> dict[str, int]:
    """How many reports lie in each partition."""
    with psycopg.connect(deployment.database_url) as connection:
        found = connection.execute("SELECT tableoid::regclass::text, count(*) FROM usage_report GROUP BY 1").fetchall()
    return dict(found)


def test_the_service_runs_unchanged_on_partitioned_reports(deployment: Deployment) -> None:
    kit = deployment.installation()
    reports = [of_now(deployment, 1), workshop(deployment.clock(), 2)]
    kit.sync(*reports)

    assert keep(deployment.database_url, MARCH, APRIL) == ["usage_report_2026_03", "usage_report_2026_04"]
    assert keep(deployment.database_url, MARCH, APRIL) == []
    assert rows(deployment) == {"usage_report_2026_03": 1, OTHER: 1}

    for seq in (3, 4):
        deployment.clock.advance(days=31)
        reports.append(of_now(deployment, seq))
    assert statuses(kit.sync(*reports)) == ["duplicate", "duplicate", "accepted", "accepted"]
    assert rows(deployment) == {"usage_report_2026_03": 1, "usage_report_2026_04": 1, OTHER: 2}

    assert keep(deployment.database_url, MARCH, MAY) == ["usage_report_2026_05"]
    assert rows(deployment) == {f"usage_report_2026_0{month}": 1 for month in (3, 4, 5)} | {OTHER: 1}
    assert statuses(kit.sync(*reports)) == ["duplicate"] * 4
    assert statuses(kit.sync({**reports[0], "attendee_count": 15})) == ["id_reused"]
    deployment.assert_totals_agree()

    before = figures(deployment)
    keep_for(deployment)
    deployment.clock.advance(days=1)
    assert counts(retain(deployment))[0] == 2
    assert rows(deployment) == {"usage_report_2026_04": 1, "usage_report_2026_05": 1}
    assert statuses(kit.sync(*reports)) == ["duplicate"] * 4
    deployment.assert_totals_agree()
    assert deployment.report()["attendances"] == before[0]["attendances"] == 4 * 14


def test_the_parent_table_is_the_one_that_the_models_describe(deployment: Deployment) -> None:
    keep(deployment.database_url, MARCH, APRIL)
    with deployment.runtime.database.engine.connect() as connection:
        differing = differences(connection)
    names = {change[1].name for change in differing if change[0] == "remove_table"}
    assert names == {"usage_report_2026_03", "usage_report_2026_04", OTHER}
    # Nothing but the partitions themselves, and the index that each has of its own.
    rest = [change for change in differing if change[0] != "remove_table"]
    assert {change[0] for change in rest} <= {"remove_index"}
    assert {change[1].table.name for change in rest} <= names
