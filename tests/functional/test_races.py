"""Many kits at the same instant, through gunicorn with several workers: seats, reports and totals stay true."""

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from licence_server.models import Installation, UsageReport
from licence_server.services import audit, licences
from tests.support.databases import DatabaseServer
from tests.support.deployment import Deployment, individual, workshop
from tests.support.field import activate, at_once, behind, sync
from tests.support.server import Server, running


@pytest.fixture(scope="module")
def served(
    database_server: DatabaseServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Deployment]]:
    with running(tmp_path_factory.mktemp("races"), database_server.empty()) as server:
        deployment = behind(server)
        deployment.kit()
        yield server, deployment
        deployment.close()


@pytest.fixture
def server(served: tuple[Server, Deployment]) -> Server:
    return served[0]


@pytest.fixture
def deployment(served: tuple[Server, Deployment]) -> Iterator[Deployment]:
    """Whatever a test did at once, totals and audit chain agree afterwards."""
    yield served[1]
    served[1].assert_totals_agree()
    assert audit.verify(served[1].runtime).faults == []


def new_id() -> str:
    return str(uuid.uuid4())


def token(deployment: Deployment, seats: int | None = None, **limits: Any) -> tuple[str, uuid.UUID]:
    licence = deployment.licence(kit_id="prevent-for-business", seats=seats)
    return deployment.token(licence, **limits), licence.licence.id


def installed(server: Server, secret: str) -> str:
    """The installation token of a new installation."""
    status, body = activate(server, secret, new_id())
    assert status == 201, body
    return str(body["installation_token"])


def test_a_hundred_activations_for_ten_seats_give_exactly_ten(server: Server, deployment: Deployment) -> None:
    secret, licence_id = token(deployment, seats=10)

    answers = at_once([partial(activate, server, secret, new_id()) for _ in range(100)])

    assert Counter(status for status, _ in answers) == {201: 10, 409: 90}
    assert {body["code"] for status, body in answers if status == 409} == {"seat_limit_reached"}
    assert licences.get(deployment.runtime, licence_id, now=deployment.clock()).seats_held == 10


def test_a_token_of_five_uses_is_used_five_times(server: Server, deployment: Deployment) -> None:
    secret, _ = token(deployment, uses=5)
    answers = at_once([partial(activate, server, secret, new_id()) for _ in range(30)])
    assert Counter(status for status, _ in answers) == {201: 5, 403: 25}


def test_one_installation_activated_many_times_at_once_takes_one_seat(server: Server, deployment: Deployment) -> None:
    secret, licence_id = token(deployment, seats=1)
    installation_id = new_id()

    answers = at_once([partial(activate, server, secret, installation_id) for _ in range(30)])

    assert Counter(status for status, _ in answers) == {201: 1, 200: 29}
    assert len({body["message_key"] for _, body in answers}) == 1
    assert licences.get(deployment.runtime, licence_id, now=deployment.clock()).seats_held == 1


def test_one_installation_pulled_between_two_licences_ends_in_one(server: Server, deployment: Deployment) -> None:
    organisation = deployment.organisation()
    made = [deployment.licence(organisation, "prevent-for-business", seats=1) for _ in range(2)]
    secrets = [deployment.token(licence) for licence in made]
    installation_id = new_id()

    answers = at_once([partial(activate, server, secrets[turn % 2], installation_id) for turn in range(20)])

    assert {status for status, _ in answers} <= {200, 201}
    held = [licences.get(deployment.runtime, one.licence.id, now=deployment.clock()).seats_held for one in made]
    assert sorted(held) == [0, 1]


def test_copies_that_send_one_outbox_at_once_count_once(server: Server, deployment: Deployment) -> None:
    secret, _ = token(deployment)
    copies = [installed(server, secret) for _ in range(6)]
    outbox = [workshop(deployment.clock(), number) for number in range(1, 41)]
    order = random.Random(6)

    def send(copy: str) -> Callable[[], tuple[int, Any]]:
        shuffled = order.sample(outbox, len(outbox))
        return partial(sync, server, copy, shuffled)

    answers = at_once([send(copy) for _ in range(3) for copy in copies])

    assert {status for status, _ in answers} == {200}
    results = Counter(result["status"] for _, body in answers for result in body["results"])
    assert results == {"accepted": 40, "duplicate": 17 * 40}


def test_one_installation_that_syncs_in_sixteen_threads_loses_nothing(server: Server, deployment: Deployment) -> None:
    secret, _ = token(deployment)
    kit = installed(server, secret)
    batches = [[workshop(deployment.clock(), 5 * turn + number) for number in range(1, 6)] for turn in range(32)]

    answers = at_once([partial(sync, server, kit, batch) for batch in batches])

    assert {result["status"] for status, body in answers for result in body["results"] if status == 200} == {"accepted"}
    ids = [uuid.UUID(report["id"]) for batch in batches for report in batch]
    with deployment.runtime.database.reading() as session:
        assert session.scalar(select(func.count()).where(UsageReport.id.in_(ids))) == 160
        row = session.scalars(
            select(Installation)
            .join(UsageReport, UsageReport.installation_id == Installation.id)
            .where(UsageReport.id == ids[0])
        ).one()
    assert (row.received_numbers, row.missing_reports, row.copied_at) == ("1-160", 0, None)


def test_learners_that_two_organisations_move_at_once_count_once(server: Server, deployment: Deployment) -> None:
    kits = [installed(server, token(deployment)[0]) for _ in range(2)]
    order = random.Random(2)
    before = deployment.report()["distinct_learners"]

    def batch(turn: int) -> list[dict[str, Any]]:
        day = deployment.clock() - timedelta(hours=order.randint(0, 23))
        return [
            individual(day, 10 * turn + number, learner=f"learner-at-once-{order.randint(0, 9):03}")
            for number in range(1, 11)
        ]

    answers = at_once([partial(sync, server, kits[turn % 2], batch(turn)) for turn in range(30)])

    assert {status for status, _ in answers} == {200}
    assert deployment.report()["distinct_learners"] - before == 10
