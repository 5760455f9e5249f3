"""The figures of the report, each as the contract's paragraph on their meaning says."""

from datetime import date, timedelta

import pytest

from licence_server.domain.errors import Invalid, NotFound
from licence_server.domain.licence import Kind
from tests.support.acts import change
from tests.support.deployment import Deployment, Installed, feedback, individual, workshop


def day(number: int) -> date:
    return date(2026, 3, number)


def granted(deployment: Deployment, first: int | None = None, last: int | None = None) -> int:
    period = {"first": day(first) if first else None, "last": day(last) if last else None}
    return int(deployment.report(**period)["organisations"]["granted"])


def test_nothing_is_reported_as_nothing(deployment: Deployment) -> None:
    deployment.kit()
    report = deployment.report()
    assert report == {
        "period": {"from": None, "to": None},
        "kit": None,
        "generated_at": "2026-03-02T09:00:00Z",
        "organisations": {"granted": 0, "activated": 0, "reporting": 0},
        "installations": {"activated": 0, "reporting": 0, "silent": 0, "copied": 0, "declined": 0},
        "sessions": {"workshop": 0, "individual": 0, "total": 0},
        "attendances": 0,
        "distinct_learners": 0,
        "session_seconds": 0,
        "items": [
            {"id": item, "title": title, "plays": 0, "completions": 0, "seconds": 0}
            for item, title in (
                ("film-1", "The first film"),
                ("film-2", "The second film"),
                ("handbook", "The handbook"),
            )
        ],
        "feedback": {"count": 0, "mean_rating": None},
        "reports": {"accepted": 0, "rejected": 0, "missing": 0, "duplicates": 0, "dated_on_receipt": 0},
        "coverage": {"reporting_share": None, "last_report_at": None},
    }


def test_granted_organisations_hold_a_licence_that_overlaps_the_period(deployment: Deployment) -> None:
    kit_id = deployment.kit()
    bounded = deployment.licence(deployment.organisation("Bounded"), kit_id, first=day(10), until=day(12))
    assert [granted(deployment, n, n) for n in (9, 10, 12, 13)] == [0, 1, 1, 0]
    assert [granted(deployment, last=n) for n in (9, 10, 31)] == [0, 1, 1]
    assert [granted(deployment, first=n) for n in (1, 12, 13)] == [1, 1, 0]
    assert granted(deployment) == 1

    deployment.licence(deployment.organisation("Trial not yet begun"), kit_id)
    assert [granted(deployment, n, n) for n in (1, 2, 10, 31)] == [0, 1, 2, 1]
    # A second licence makes no second organisation.
    deployment.licence(deployment.organisation("Endless"), kit_id, kind=Kind.FULL, first=day(20))
    assert granted(deployment, 20, 20) == 2

    deployment.clock.advance(days=9)
    change(deployment, "revoke", bounded)
    assert [granted(deployment, n, n) for n in (10, 11, 12)] == [2, 2, 1]


def test_a_licence_that_was_revoked_before_it_began_was_never_held(deployment: Deployment) -> None:
    licence = deployment.licence(first=day(10), until=day(12))
    change(deployment, "revoke", licence)
    assert granted(deployment) == granted(deployment, 10, 10) == 0


def two_kits(deployment: Deployment) -> list[Installed]:
    kits = []
    for kit_id in ("kit-a", "kit-b"):
        token = deployment.token(deployment.licence(deployment.organisation(kit_id), deployment.kit(kit_id)))
        answer = deployment.post_activation(token, kit_id=kit_id).json
        assert answer is not None
        kits.append(Installed(deployment, answer))
    return kits


def test_a_report_on_one_kit_holds_that_kit_alone(deployment: Deployment) -> None:
    kits = two_kits(deployment)
    now = deployment.clock()
    kits[0].sync(workshop(now, 2), feedback(now, 3), feedback(now, 4, rating=1), workshop(now, 5, attendee_count=0))
    kits[1].sync(individual(now, 1), usage_reporting="off")

    whole, one, other = (deployment.report(kit_id=kit_id) for kit_id in (None, "kit-a", "kit-b"))
    assert whole["organisations"] == {"granted": 2, "activated": 2, "reporting": 2}
    assert one["organisations"] == other["organisations"] == {"granted": 1, "activated": 1, "reporting": 1}
    assert (one["attendances"], other["attendances"], whole["attendances"]) == (14, 1, 15)
    assert (one["distinct_learners"], other["distinct_learners"]) == (0, 1)
    assert (one["feedback"], other["feedback"]) == ({"count": 2, "mean_rating": 2.5}, {"count": 0, "mean_rating": None})
    assert (one["reports"]["missing"], other["reports"]["missing"]) == (1, 0)
    assert (one["reports"]["rejected"], other["reports"]["rejected"]) == (1, 0)
    assert (one["installations"]["declined"], other["installations"]["declined"]) == (0, 1)
    assert (one["kit"], len(one["items"]), len(whole["items"])) == ("kit-a", 3, 6)
    with pytest.raises(NotFound):
        deployment.report(kit_id="kit-c")


def test_sessions_items_and_reporting_organisations_go_by_the_day_of_the_session(deployment: Deployment) -> None:
    kit = deployment.installation()
    uses = [
        {"item": "film-1", "seconds": 100, "completed": False},
        {"item": "film-1", "seconds": 50, "completed": True},
        {"item": "handbook", "seconds": 7, "completed": False},
    ]
    kit.sync(workshop(deployment.clock(), 1, items=uses))
    deployment.clock.advance(days=2)
    kit.sync(workshop(deployment.clock(), 2, items=uses[:1], attendee_count=5, duration_seconds=60))

    first = deployment.report(first=day(2), last=day(2))
    assert (first["attendances"], first["session_seconds"], first["organisations"]["reporting"]) == (14, 2700, 1)
    plays = {item["id"]: [item["plays"], item["completions"], item["seconds"]] for item in first["items"]}
    assert plays == {"film-1": [1, 1, 150], "film-2": [0, 0, 0], "handbook": [1, 0, 7]}
    assert deployment.report(first=day(3), last=day(3))["organisations"] == {
        "granted": 1,
        "activated": 1,
        "reporting": 0,
    }
    both = deployment.report()
    assert (both["attendances"], both["session_seconds"], both["items"][0]["plays"]) == (19, 2760, 2)
    assert both["period"] == {"from": None, "to": None}


def test_feedback_alone_makes_no_reporting_organisation(deployment: Deployment) -> None:
    deployment.installation().sync(feedback(deployment.clock()))
    assert deployment.report()["organisations"]["reporting"] == 0


def test_reports_go_by_the_day_they_came_and_missing_ones_by_now(deployment: Deployment) -> None:
    kit = deployment.installation()
    held = workshop(deployment.clock(), 5)
    deployment.clock.advance(days=2)
    kit.sync(held, held)
    early, late = (deployment.report(first=day(n), last=day(n)) for n in (2, 4))
    assert (early["sessions"]["total"], late["sessions"]["total"]) == (1, 0)
    assert early["reports"] == {"accepted": 0, "rejected": 0, "missing": 4, "duplicates": 0, "dated_on_receipt": 0}
    assert late["reports"] == {"accepted": 1, "rejected": 0, "missing": 4, "duplicates": 1, "dated_on_receipt": 0}
    assert early["coverage"]["last_report_at"] is None
    assert late["coverage"]["last_report_at"] == "2026-03-04T09:00:00Z"


def test_a_rejection_judged_afresh_later_does_not_move_the_last_report_of_its_day(deployment: Deployment) -> None:
    kit = deployment.installation()
    bad = workshop(deployment.clock(), 1, attendee_count=0)
    kit.sync(bad)
    deployment.clock.advance(days=2)
    kit.sync({**bad, "attendee_count": 1})
    on_its_day = deployment.report(last=day(2))
    assert on_its_day["coverage"]["last_report_at"] == "2026-03-02T09:00:00Z"


@pytest.mark.parametrize(("first", "last"), [(day(3), day(2)), (date(1999, 12, 31), None), (None, date(9999, 12, 31))])
def test_no_period_at_all_is_refused(deployment: Deployment, first: date | None, last: date | None) -> None:
    with pytest.raises(Invalid):
        deployment.report(first=first, last=last)


def test_the_longest_period_is_reported(deployment: Deployment) -> None:
    deployment.installation().sync(workshop(deployment.clock() - timedelta(hours=1)))
    assert deployment.report(first=date(2000, 1, 1), last=date(9999, 12, 30))["attendances"] == 14


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (None, date(2000, 1, 1)),
        (date(2000, 1, 2), date(2000, 1, 30)),
        (date(9999, 12, 2), None),
        (date(9999, 12, 30), None),
    ],
)
def test_the_first_and_last_days_of_all_are_reported(
    deployment: Deployment, first: date | None, last: date | None
) -> None:
    """The whole months before the first and after the last day are none that a report could be asked for."""
    deployment.installation().sync(workshop(deployment.clock()))
    assert deployment.report(first=first, last=last)["attendances"] == 0
