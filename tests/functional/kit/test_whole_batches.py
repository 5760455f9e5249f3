"""A batch that is taken as a whole leaves what it leaves when each of its reports is judged by itself."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from licence_server.models import Installation, ItemTotal, ReceiptTotal, UsageReport, UsageTotal
from tests.support.deployment import Deployment, Installed, feedback, individual, workshop

# A learner counts once, with the organisation that reported first; one report comes twice from the other.
OWN = ("id", "organisation_id", "installation_id", "distinct_learners", "duplicates")
ODD = (
    "😀",
    'it\'s "so" \\u0000 \\N',
    "{} %s %(a)s $1",
    "a\u2028b",
    "\x01\r\n\x1f\x7f",
    "",
    "null",
    "\U0010ffff",
    "😀" * 2000,
)


def left_by(deployment: Deployment, kit: Installed) -> dict[str, list[dict[str, Any]]]:
    """What is kept of an installation's reports and counted for its organisation."""
    with deployment.runtime.database.reading() as session:
        organisation_id = session.scalars(
            select(Installation.organisation_id).where(Installation.id == UUID(kit.id))
        ).one()
        kept = {}
        for model in (UsageReport, UsageTotal, ItemTotal, ReceiptTotal):
            rows = session.scalars(select(model).where(model.organisation_id == organisation_id))
            kept[model.__tablename__] = sorted(
                ({c.name: getattr(row, c.name) for c in model.__table__.c if c.name not in OWN} for row in rows),
                key=str,
            )
    return kept


@pytest.mark.parametrize("slow_by", [timedelta(0), timedelta(days=2)])
def test_both_ways_leave_the_same(deployment: Deployment, slow_by: timedelta) -> None:
    kit_id = deployment.kit()
    one, other = (
        deployment.installation(deployment.token(deployment.licence(deployment.organisation(name), kit_id)))
        for name in ("One", "Other")
    )
    deployment.clock.advance(days=8)
    now = deployment.clock() - slow_by

    def send(kit: Installed, *, repeated: int) -> list[dict[str, Any]]:
        reports = [
            workshop(now, 1),
            workshop(now - timedelta(days=1), 2),
            individual(now, 3, "ada-0000000000000"),
            individual(now - timedelta(days=1), 4, "ada-0000000000000"),
            feedback(now, 5),
        ]
        answer = kit.sync(*reports, *reports[:repeated], sent_at=now).json
        assert answer is not None
        return [{name: value for name, value in result.items() if name != "id"} for result in answer["results"]]

    whole = send(one, repeated=0)
    # A batch that repeats itself is never taken as a whole.
    assert send(other, repeated=1) == [*whole, {"status": "duplicate"}]
    assert whole == [{"status": "accepted"}] * 5
    left = left_by(deployment, one)
    assert left == left_by(deployment, other)
    assert len(left["usage_report"]) == 5
    deployment.assert_totals_agree()


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
def test_rows_are_written_in_the_order_of_their_ids(deployment: Deployment) -> None:
    # Whatever their kind, so that two transactions that write the same ones wait for each other, and do not deadlock.
    kit, now = deployment.installation(), deployment.clock()
    kinds = (workshop, feedback, individual)

    answer = kit.sync(*(kinds[number % 3](now, number) for number in range(1, 13))).json

    assert answer is not None
    assert {result["status"] for result in answer["results"]} == {"accepted"}
    with deployment.runtime.database.reading() as session:
        ids = session.scalars(select(UsageReport.id).order_by(text("ctid"))).all()
    assert ids == sorted(ids)


def test_odd_texts_are_kept_as_sent(deployment: Deployment) -> None:
    items = [text[:64] for text in ODD if text.isprintable() and text]
    kit_id = deployment.kit(items=dict.fromkeys(items, "An item"))
    kit, now = deployment.installation(deployment.token(deployment.licence(kit_id=kit_id))), deployment.clock()
    reports = [feedback(now, number, comment=text) for number, text in enumerate(ODD, 1)]
    uses = [{"item": item, "seconds": 0, "completed": False} for item in items]
    reports.append(workshop(now, 100, items=uses, duration_seconds=0))

    answer = kit.sync(*reports).json

    assert answer is not None
    assert [result["status"] for result in answer["results"]] == ["accepted"] * len(reports)
    with deployment.runtime.database.reading() as session:
        kept = session.scalars(select(UsageReport).order_by(UsageReport.seq)).all()
    assert [row.comment for row in kept] == [*ODD, None]
    assert json.loads(kept[-1].items or "") == uses
    deployment.assert_totals_agree()
