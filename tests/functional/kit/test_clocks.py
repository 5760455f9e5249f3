"""PCs whose clocks are wrong, and reports that come late: the day a session counts on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from licence_server.models import UsageReport
from tests.support.acts import statuses
from tests.support.deployment import Deployment, feedback, workshop


def attendances_on(deployment: Deployment, day: date) -> int:
    return int(deployment.report(first=day, last=day)["attendances"])


@pytest.mark.parametrize(
    "wrong", [timedelta(days=-4000), timedelta(hours=-1), timedelta(minutes=6), timedelta(days=800)]
)
def test_a_pc_with_a_wrong_clock_counts_on_the_right_day(deployment: Deployment, wrong: timedelta) -> None:
    kit = deployment.installation()
    deployment.clock.advance(days=5)
    true = deployment.clock() - timedelta(days=3)

    answer = kit.sync(workshop(true + wrong), sent_at=deployment.clock() + wrong)

    assert statuses(answer) == ["accepted"]
    assert attendances_on(deployment, true.date()) == 14
    with deployment.runtime.database.reading() as session:
        row = session.scalars(select(UsageReport)).one()
    assert row.happened_at == true + wrong
    assert row.sent_at == deployment.clock() + wrong
    assert row.received_at == deployment.clock()
    assert row.counted_at == true
    deployment.assert_totals_agree()


def test_five_minutes_are_no_difference(deployment: Deployment) -> None:
    kit = deployment.installation()
    midnight = datetime(2026, 3, 4, tzinfo=UTC)
    deployment.clock.now = midnight + timedelta(minutes=5)
    kit.sync(workshop(midnight - timedelta(seconds=1), 1), sent_at=midnight)
    assert attendances_on(deployment, date(2026, 3, 3)) == 14
    kit.sync(workshop(midnight - timedelta(seconds=1), 2), sent_at=midnight - timedelta(seconds=1))
    assert attendances_on(deployment, date(2026, 3, 4)) == 14


def test_what_cannot_be_true_counts_on_the_day_of_receipt(deployment: Deployment) -> None:
    kit = deployment.installation()
    activated = deployment.clock()
    deployment.clock.advance(days=10)
    now = deployment.clock()
    day, tick = timedelta(hours=24), timedelta(microseconds=1)

    answer = kit.sync(
        workshop(activated - day, 1),
        workshop(activated - day - tick, 2),
        workshop(now + day, 3),
        workshop(now + day + tick, 4),
        feedback(datetime(1, 1, 1, tzinfo=UTC), 5),
    )

    late = "accepted:dated_on_receipt"
    assert statuses(answer) == ["accepted", late, "accepted", late, late]
    assert attendances_on(deployment, (activated - day).date()) == 14
    assert attendances_on(deployment, now.date()) == 28
    assert attendances_on(deployment, (now + day).date()) == 14
    on_the_day = deployment.report(first=now.date(), last=now.date())
    assert on_the_day["reports"] == {"accepted": 5, "rejected": 0, "missing": 0, "duplicates": 0, "dated_on_receipt": 3}
    assert on_the_day["feedback"] == {"count": 1, "mean_rating": 4.0}
    deployment.assert_totals_agree()


def test_months_in_a_drawer_are_no_fault(deployment: Deployment) -> None:
    kit = deployment.installation()
    held = [workshop(deployment.clock() + timedelta(days=offset), offset + 1) for offset in range(3)]
    deployment.clock.advance(days=300)
    assert statuses(kit.sync(*reversed(held))) == ["accepted"] * 3
    for offset in range(3):
        assert attendances_on(deployment, date(2026, 3, 2 + offset)) == 14
    assert deployment.report()["reports"]["dated_on_receipt"] == 0


@pytest.mark.parametrize(
    ("started_at", "day"),
    [
        ("2026-03-28T23:59:59+00:00", date(2026, 3, 28)),
        ("2026-03-29T00:00:00+00:00", date(2026, 3, 29)),
        ("2026-03-29T22:59:59+00:00", date(2026, 3, 29)),
        ("2026-03-29T23:00:00+00:00", date(2026, 3, 30)),
        ("2026-03-30T00:30:00+02:00", date(2026, 3, 29)),
        ("2026-10-24T22:59:59+00:00", date(2026, 10, 24)),
        ("2026-10-24T23:00:00+00:00", date(2026, 10, 25)),
        ("2026-10-25T23:59:59+00:00", date(2026, 10, 25)),
        ("2026-10-26T00:00:00+00:00", date(2026, 10, 26)),
    ],
)
def test_a_session_belongs_to_the_london_day_it_started(deployment: Deployment, started_at: str, day: date) -> None:
    kit = deployment.installation()
    deployment.clock.now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    kit.sync(workshop(datetime.fromisoformat(started_at)))
    assert attendances_on(deployment, day) == 14
    assert deployment.report(last=day - timedelta(days=1))["attendances"] == 0
    assert deployment.report(first=day + timedelta(days=1))["attendances"] == 0
