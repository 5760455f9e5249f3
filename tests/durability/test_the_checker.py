"""The checker itself catches every kind of fault that the kill test looks for."""

import uuid
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from licence_server.models import Installation, Licence, UsageReport, UsageTotal
from tests.support.deployment import Deployment, workshop
from tests.support.history import History, faults


@pytest.fixture
def history(deployment: Deployment) -> History:
    """Ten reports and an activation, all of them acknowledged."""
    history = History()
    kit = deployment.installation(deployment.token(deployment.licence(seats=1)))
    history.note_answer(kit.answer)
    reports = [workshop(deployment.clock(), number) for number in range(1, 11)]
    history.note_sent(reports)
    answer = kit.sync(*reports).json
    assert answer is not None
    history.note_answer(answer)
    return history


def write(deployment: Deployment, *statements: Any) -> None:
    with deployment.runtime.database.writing() as session:
        for statement in statements:
            session.execute(statement)


def test_all_is_well_when_it_is(deployment: Deployment, history: History) -> None:
    assert len(history.acknowledged) == 10
    assert faults(history, deployment) == []


def test_a_report_that_was_not_acknowledged_may_be_there_or_not(deployment: Deployment, history: History) -> None:
    history.note_sent([workshop(deployment.clock(), 11)])
    history.acknowledged.pop()
    assert faults(history, deployment) == []


def test_a_lost_report_is_caught(deployment: Deployment, history: History) -> None:
    lost = min(history.acknowledged)
    write(deployment, delete(UsageReport).where(UsageReport.id == lost))
    assert faults(history, deployment) == [
        f"report {lost} was acknowledged and is lost",
        "the totals say 140 attendances, the reports 126",
    ]


def test_a_report_counted_twice_is_caught(deployment: Deployment, history: History) -> None:
    write(deployment, update(UsageTotal).values(attendances=UsageTotal.attendances + 14))
    assert faults(history, deployment) == ["the totals say 154 attendances, the reports 140"]


def test_a_report_stored_twice_under_another_id_is_caught(deployment: Deployment, history: History) -> None:
    double = uuid.uuid4()
    with deployment.runtime.database.writing() as session:
        row = session.scalars(select(UsageReport).limit(1)).one()
        copy = {column.name: getattr(row, column.name) for column in UsageReport.__table__.columns}
        session.add(UsageReport(**{**copy, "id": double}))
    assert f"report {double} was never sent" in faults(history, deployment)


def test_a_report_that_was_changed_is_caught(deployment: Deployment, history: History) -> None:
    changed = min(history.acknowledged)
    write(deployment, update(UsageReport).where(UsageReport.id == changed).values(seq=77))
    assert faults(history, deployment) == [f"report {changed} is not as it was sent"]


def test_a_seat_too_many_and_a_lost_installation_are_caught(deployment: Deployment, history: History) -> None:
    gone = uuid.uuid4()
    history.note_answer({"installation_id": str(gone)})
    write(deployment, update(Licence).values(seat_limit=0))
    assert [fault.split()[0] for fault in faults(history, deployment)] == ["installation", "licence"]
    write(deployment, update(Installation).values(seat_until=None))
    assert faults(history, deployment) == [f"installation {gone} was acknowledged and is lost"]
