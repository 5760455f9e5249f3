"""Raw reports whose time is over are removed; whatever comes again later is neither counted nor an error."""

from dataclasses import replace
from typing import Any

import pytest

from licence_server.models import CarriedMessage, RejectedReport, RemovedReport, UsageReport
from licence_server.services import housekeeping, retention, settings, usage_checks
from tests.support.acts import add_items, json_of, readmit, statuses
from tests.support.carried import carry, exchange, message, receipt_of
from tests.support.deployment import ACTOR, KIT_ID, Deployment, Installed, feedback, individual, workshop
from tests.support.retained import DAYS, counts, everything, figures, keep_for, retain, rows


@pytest.fixture
def kit(deployment: Deployment) -> Installed:
    installed = deployment.installation(deployment.token(deployment.licence(trial_days=700)))
    keep_for(deployment)
    return installed


def test_reports_go_after_the_period_and_no_sooner(deployment: Deployment, kit: Installed) -> None:
    kit.sync(workshop(deployment.clock(), 1), individual(deployment.clock(), 2), feedback(deployment.clock(), 3))
    deployment.clock.advance(days=DAYS)
    kit.sync(workshop(deployment.clock(), 4))
    assert counts(retain(deployment)) == (0, 0, 0, 0)

    deployment.clock.advance(days=1)
    before = figures(deployment)
    assert counts(retain(deployment)) == (3, 0, 0, 0)

    assert figures(deployment) == before
    assert rows(deployment, UsageReport) == 1
    recount = usage_checks.verify(deployment.runtime)
    assert (recount.reports, recount.sealed, recount.differences) == (1, 3, [])


def test_rejected_reports_and_receipts_go_after_the_period_and_no_sooner(
    deployment: Deployment, kit: Installed
) -> None:
    carried = message(kit, workshop(deployment.clock(), 1), workshop(deployment.clock(), 2, attendee_count=0))
    exchange(deployment, {"message": carried})
    deployment.clock.advance(days=DAYS)
    assert counts(retain(deployment)) == (0, 0, 0, 0)
    deployment.clock.advance(days=1)
    assert counts(retain(deployment)) == (1, 1, 1, 0)


def test_the_period_runs_from_the_receipt_and_not_from_the_session(deployment: Deployment, kit: Installed) -> None:
    from_a_drawer = workshop(deployment.clock(), 1)
    deployment.clock.advance(days=DAYS + 5)
    kit.sync(from_a_drawer)
    assert counts(retain(deployment)) == (0, 0, 0, 0)
    deployment.clock.advance(days=DAYS + 1)
    assert counts(retain(deployment)) == (1, 0, 0, 0)


def test_nothing_goes_until_a_period_is_set(deployment: Deployment) -> None:
    deployment.installation().sync(workshop(deployment.clock()))
    deployment.clock.advance(days=20_000)
    assert retention.run_daily(deployment.runtime, now=deployment.clock()) is None
    assert rows(deployment, UsageReport) == 1


def aged(deployment: Deployment, kit: Installed, *reports: Any) -> None:
    """Reports that were received, and removed long after."""
    kit.sync(*reports)
    deployment.clock.advance(days=DAYS + 1)
    retain(deployment)


def test_a_late_repeat_is_a_duplicate_through_whatever_it_comes(deployment: Deployment, kit: Installed) -> None:
    report = workshop(deployment.clock(), 1)
    aged(deployment, kit, report)
    licence = deployment.licence(deployment.organisation("Other"), KIT_ID)
    other = deployment.installation(deployment.token(licence))

    assert statuses(kit.sync(report)) == ["duplicate"]
    assert statuses(kit.sync(report, report, workshop(deployment.clock(), 2))) == ["duplicate", "duplicate", "accepted"]
    assert statuses(other.sync({**report, "id": report["id"].upper()})) == ["duplicate"]
    assert receipt_of(carry(kit, report))["results"] == [{"id": report["id"], "status": "duplicate"}]

    document = deployment.report()
    assert (document["attendances"], document["reports"]["duplicates"]) == (28, 5)
    assert (document["installations"]["copied"], document["reports"]["missing"]) == (0, 0)
    deployment.assert_totals_agree()


def test_a_removed_id_with_other_content_is_still_refused(deployment: Deployment, kit: Installed) -> None:
    report = workshop(deployment.clock(), 1)
    aged(deployment, kit, report)

    other = {**report, "attendee_count": 15}
    assert statuses(kit.sync(other)) == ["id_reused"]
    assert statuses(kit.sync(other, report, other)) == ["id_reused", "duplicate", "id_reused"]
    assert statuses(kit.sync({**report, "attendee_count": 0})) == ["invalid"]

    document = deployment.report()
    assert (document["attendances"], document["installations"]["copied"]) == (14, 0)
    deployment.assert_totals_agree()


def test_a_number_under_a_new_id_still_says_that_it_was_copied(deployment: Deployment, kit: Installed) -> None:
    aged(deployment, kit, workshop(deployment.clock(), 1))
    assert statuses(kit.sync(workshop(deployment.clock(), 1))) == ["accepted"]
    assert deployment.report()["installations"]["copied"] == 1


def test_a_rejected_report_stays_counted_once(deployment: Deployment, kit: Installed) -> None:
    invalid, unknown = workshop(deployment.clock(), 1, attendee_count=0), feedback(deployment.clock(), 2, item="new")
    nameless = {"no": "report"}
    kit.sync(invalid, unknown, nameless)
    deployment.clock.advance(days=DAYS + 1)
    before = figures(deployment)
    assert counts(retain(deployment)) == (0, 3, 0, 0)
    assert figures(deployment) == before
    assert rows(deployment, RejectedReport) == 0

    assert statuses(kit.sync(invalid, unknown, nameless)) == ["invalid", "item_unknown", "invalid"]
    assert deployment.report()["reports"] == before[0]["reports"]
    assert deployment.report()["installations"]["copied"] == 0
    assert rows(deployment, RejectedReport) == 0

    # People gave it, so it counts as soon as it can.
    add_items(deployment, "new")
    assert statuses(kit.sync(unknown)) == ["accepted"]
    assert deployment.report()["feedback"]["count"] == 1
    assert deployment.report()["reports"]["rejected"] == 3
    assert deployment.report()["installations"]["copied"] == 0
    deployment.assert_totals_agree()


def test_a_removed_report_is_not_readmitted(deployment: Deployment, kit: Installed) -> None:
    """It was rejected from one kit and accepted from another, which a copied stick can do."""
    licence = deployment.licence(deployment.organisation("Other"), deployment.kit("second", {"a": "A"}))
    second = Installed(deployment, json_of(deployment.post_activation(deployment.token(licence), kit_id="second")))
    report = workshop(deployment.clock(), 1, items=[{"item": "a", "seconds": 1, "completed": True}])
    assert statuses(kit.sync(report)) == ["item_unknown"]
    assert statuses(second.sync(report)) == ["accepted"]
    deployment.clock.advance(days=DAYS + 1)
    with pytest.raises(KeyboardInterrupt):
        retention.run(deployment.runtime, now=deployment.clock(), actor=ACTOR, rest=kill)
    assert (rows(deployment, UsageReport), rows(deployment, RejectedReport)) == (0, 1)

    add_items(deployment, "a")

    assert readmit(deployment) == 0
    assert deployment.report()["attendances"] == 14
    deployment.assert_totals_agree()


def kill() -> None:
    raise KeyboardInterrupt


def test_receipts_go_too_and_a_message_carried_again_counts_nothing(deployment: Deployment, kit: Installed) -> None:
    report, wrong = workshop(deployment.clock(), 1), workshop(deployment.clock(), 2, attendee_count=0)
    text = message(kit, report, wrong)
    exchange(deployment, {"message": text})
    deployment.clock.advance(days=DAYS + 1)
    before = figures(deployment)
    assert counts(retain(deployment)) == (1, 1, 1, 0)
    assert rows(deployment, CarriedMessage) == 0
    assert report["id"] not in everything(deployment)

    again = receipt_of(exchange(deployment, {"message": text}))

    assert [one["status"] for one in again["results"]] == ["duplicate", "rejected"]
    after = deployment.report()
    assert after["reports"] == {**before[0]["reports"], "duplicates": 1}
    assert (after["attendances"], after["installations"]) == (14, before[0]["installations"])
    deployment.assert_totals_agree()


def test_learners_stay_counted_once(deployment: Deployment, kit: Installed) -> None:
    start = deployment.clock()
    first, second = individual(start, 1), individual(start, 2, "learner-000000002")
    kit.sync(first, second)
    deployment.clock.advance(days=1)
    kit.sync(individual(deployment.clock(), 3))
    deployment.clock.advance(days=DAYS)
    assert counts(retain(deployment)) == (2, 0, 0, 0)
    deployment.assert_totals_agree()

    kit.sync(first, individual(deployment.clock(), 4), individual(deployment.clock(), 5, "learner-000000003"))
    # An earlier day still becomes the first.
    kit.sync(individual(start, 6, "learner-000000003"))
    assert deployment.report()["distinct_learners"] == 3
    assert deployment.report(first=start.date(), last=start.date())["distinct_learners"] == 3
    deployment.assert_totals_agree()
    deployment.clock.advance(days=DAYS + 1)
    retain(deployment)
    deployment.assert_totals_agree()


def test_a_run_that_is_killed_is_simply_run_again(
    deployment: Deployment, kit: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_KINDS", [replace(kind, batch=3) for kind in retention._KINDS])
    kit.sync(*(workshop(deployment.clock(), number) for number in range(1, 11)))
    deployment.clock.advance(days=DAYS + 1)
    before, batches = figures(deployment), []

    def killed() -> None:
        batches.append(1)
        if len(batches) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retention.run(deployment.runtime, now=deployment.clock(), actor=ACTOR, rest=killed)
    assert (rows(deployment, UsageReport), rows(deployment, RemovedReport)) == (4, 6)
    assert settings.get_retention(deployment.runtime).last_run_on is None
    deployment.assert_totals_agree()

    assert counts(retain(deployment)) == (4, 0, 0, 0)
    assert figures(deployment) == before
    deployment.assert_totals_agree()


def test_the_server_does_it_once_a_day(deployment: Deployment, kit: Installed) -> None:
    kit.sync(workshop(deployment.clock()))
    deployment.clock.advance(days=DAYS + 1)
    housekeeping.keep_house(deployment.runtime, deployment.clock, lambda _: True)
    assert rows(deployment, UsageReport) == 0
    assert retention.run_daily(deployment.runtime, now=deployment.clock()) is None
    deployment.clock.advance(days=1)
    assert retention.run_daily(deployment.runtime, now=deployment.clock()) is not None
    assert json_of(kit.sync())["results"] == []
