"""Opaque learners count once each, on their first day, whoever reports them and in whatever order."""

from datetime import date, timedelta

from sqlalchemy import select

from licence_server.models import Learner, UsageReport
from tests.support.deployment import Deployment, individual

ADA, BEN = "ada-0000000000000", "ben-0000000000000"


def learners_on(deployment: Deployment, day: int) -> int:
    moment = date(2026, 3, day)
    return int(deployment.report(first=moment, last=moment)["distinct_learners"])


def test_a_learner_counts_once_on_the_first_day(deployment: Deployment) -> None:
    kit = deployment.installation()
    deployment.clock.advance(days=8)
    now = deployment.clock()
    kit.sync(individual(now, 1, ADA), individual(now - timedelta(days=2), 2, ADA), individual(now, 3, BEN))
    assert (learners_on(deployment, 8), learners_on(deployment, 10)) == (1, 1)

    kit.sync(individual(now - timedelta(days=1), 4, ADA))
    assert (learners_on(deployment, 8), learners_on(deployment, 9)) == (1, 0)

    kit.sync(individual(now - timedelta(days=5), 5, ADA), individual(now - timedelta(days=6), 6, BEN))
    assert [learners_on(deployment, day) for day in (4, 5, 8, 10)] == [1, 1, 0, 0]
    assert deployment.report()["distinct_learners"] == 2
    assert deployment.report()["sessions"]["individual"] == 6
    deployment.assert_totals_agree()


def test_a_learner_moves_to_the_organisation_of_the_earlier_day(deployment: Deployment) -> None:
    kit_id = deployment.kit()
    ours, theirs = (
        deployment.installation(deployment.token(deployment.licence(deployment.organisation(name), kit_id)))
        for name in ("Ours", "Theirs")
    )
    deployment.clock.advance(days=8)
    ours.sync(individual(deployment.clock(), 1, ADA))
    theirs.sync(individual(deployment.clock(), 1, ADA))
    assert deployment.report()["distinct_learners"] == 1
    theirs.sync(individual(deployment.clock() - timedelta(days=3), 2, ADA))
    assert (learners_on(deployment, 7), learners_on(deployment, 10)) == (1, 0)
    deployment.assert_totals_agree()


def test_a_learner_counts_once_in_each_kit(deployment: Deployment) -> None:
    organisation = deployment.organisation()
    for kit_id in ("kit-a", "kit-b"):
        token = deployment.token(deployment.licence(organisation, deployment.kit(kit_id)))
        answer = deployment.post_activation(token, kit_id=kit_id).json
        assert answer is not None
        from tests.support.deployment import Installed

        Installed(deployment, answer).sync(individual(deployment.clock(), 1, ADA))
    assert deployment.report(kit_id="kit-a")["distinct_learners"] == 1
    assert deployment.report()["distinct_learners"] == 2
    with deployment.runtime.database.reading() as session:
        assert len(set(session.scalars(select(Learner.learner_hash)))) == 2


def test_a_learner_is_stored_only_as_a_keyed_hash(deployment: Deployment) -> None:
    kit = deployment.installation()
    kit.sync(individual(deployment.clock(), 1, ADA))
    with deployment.runtime.database.reading() as session:
        rows = [vars(row) for model in (Learner, UsageReport) for row in session.scalars(select(model))]
    assert ADA not in str(rows)


def test_individual_study_without_a_learner_counts_no_learner(deployment: Deployment) -> None:
    kit = deployment.installation()
    report = individual(deployment.clock(), 1)
    del report["learner"]
    kit.sync(report)
    assert deployment.report()["sessions"]["individual"] == 1
    assert deployment.report()["distinct_learners"] == 0
