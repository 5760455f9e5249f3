"""A batch that is taken as a whole leaves what it leaves when each of its reports is judged by itself."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from licence_server.models import Installation, ItemTotal, ReceiptTotal, UsageReport, UsageTotal
from tests.support.deployment import Deployment, Installed, feedback, individual, workshop

# A learner counts once, with the organisation that reported first; one report comes twice from the other.
OWN = ("id", "organisation_id", "installation_id", "distinct_learners", "duplicates")


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
