"""PostgreSQL ends a connection in the middle of a round: the kit is told to come again, and nothing is half-written."""

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from licence_server.models.base import Base
from licence_server.services import audit, prepared, row_sets
from tests.support.databases import end_from_afar
from tests.support.deployment import Deployment, feedback, individual, workshop

pytestmark = pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)


def all_rows(deployment: Deployment) -> dict[str, list[Any]]:
    with deployment.runtime.database.engine.connect() as connection:
        return {
            table.name: sorted(map(str, connection.execute(table.select()))) for table in Base.metadata.sorted_tables
        }


def assert_as_new(deployment: Deployment) -> None:
    """The connections of the pool are in no pipeline, and PostgreSQL plans for them as it does for anybody."""
    with ExitStack() as stack:
        for _ in range(3):
            connection = stack.enter_context(deployment.runtime.database.engine.connect())
            driver: Any = connection.connection.driver_connection
            assert driver.pgconn.pipeline_status == psycopg.pq.PipelineStatus.OFF
            asked = "SELECT current_setting('enable_seqscan'), current_setting('plan_cache_mode')"
            assert tuple(connection.exec_driver_sql(asked).one()) == ("on", "auto")


def ended_before_each(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, act: Callable[[], TestResponse]
) -> tuple[int, TestResponse]:
    """Let the connection be ended before the first statement of the act's transaction, then before the second, and so
    on. How many statements there were, and the answer when it was let go on."""
    ask = prepared.ask
    asked = 0

    def ending(connection: Any, *statement: Any, **options: Any) -> Any:
        nonlocal asked
        if connection.get_execution_options().get("writing"):
            asked += 1
            if asked == fatal:
                end_from_afar(deployment.database_url, connection)
        return ask(connection, *statement, **options)

    for module in (prepared, row_sets):
        monkeypatch.setattr(module, "ask", ending)
    before, fatal = all_rows(deployment), 1
    while (answer := act()).status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0
        assert all_rows(deployment) == before
        assert_as_new(deployment)
        asked, fatal = 0, fatal + 1
    assert_as_new(deployment)
    deployment.assert_totals_agree()
    assert audit.verify(deployment.runtime).faults == []
    return asked, answer


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_check_in(deployment: Deployment, monkeypatch: pytest.MonkeyPatch, is_whole: bool) -> None:
    kit, now = deployment.installation(), deployment.clock()
    reports = [individual(now, 1), workshop(now, 2), feedback(now, 3)]
    if not is_whole:
        reports.append({**workshop(now, 4), "attendee_count": 0})

    statements, answer = ended_before_each(deployment, monkeypatch, lambda: kit.sync(*reports))

    assert statements >= 8
    assert answer.json is not None
    said = [result["status"] for result in answer.json["results"]]
    assert said == ["accepted"] * 3 + ["rejected"] * (not is_whole)


def test_an_activation(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    token, installation_id = deployment.token(), str(uuid.uuid4())
    for status in (201, 200):
        statements, answer = ended_before_each(
            deployment, monkeypatch, lambda: deployment.post_activation(token, installation_id)
        )
        assert (answer.status_code, statements >= 6) == (status, True)
