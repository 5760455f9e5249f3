"""Sequence numbers: what is missing, and what says that an installation was copied."""

from tests.support.deployment import Deployment, Installed, feedback, workshop


def missing(deployment: Deployment) -> int:
    return int(deployment.report()["reports"]["missing"])


def copied(deployment: Deployment) -> int:
    return int(deployment.report()["installations"]["copied"])


def send(kit: Installed, *numbers: int) -> None:
    kit.sync(*(workshop(kit.deployment.clock(), number) for number in numbers))


def test_numbers_never_received_are_missing_until_they_come(deployment: Deployment) -> None:
    kit, other = (
        deployment.installation(deployment.token(deployment.licence(kit_id=name))) for name in [deployment.kit()] * 2
    )
    send(kit, 3)
    assert missing(deployment) == 2
    send(kit, 7, 1)
    send(other, 2)
    assert missing(deployment) == 5
    send(kit, 2, 4, 5, 6)
    send(other, 1)
    assert missing(deployment) == 0
    assert copied(deployment) == 0
    deployment.assert_totals_agree()


def test_rejected_reports_are_not_missing(deployment: Deployment) -> None:
    kit = deployment.installation()
    kit.sync(workshop(deployment.clock(), 1, attendee_count=0), feedback(deployment.clock(), 2, item="film-9"))
    send(kit, 3)
    assert missing(deployment) == 0


def test_a_number_under_two_ids_flags_a_copy_and_both_count(deployment: Deployment) -> None:
    kit = deployment.installation()
    send(kit, 1)
    send(kit, 1)
    assert copied(deployment) == 1
    assert deployment.report()["attendances"] == 28


def test_a_number_twice_in_one_batch_flags_a_copy(deployment: Deployment) -> None:
    kit = deployment.installation()
    send(kit, 1, 1)
    assert copied(deployment) == 1


def test_the_same_report_again_is_no_copy(deployment: Deployment) -> None:
    kit = deployment.installation()
    first, bad = workshop(deployment.clock(), 1), workshop(deployment.clock(), 2, attendee_count=0)
    for _ in range(3):
        kit.sync(first, bad, first)
    kit.sync({**bad, "attendee_count": 2})
    kit.sync(first, {**bad, "attendee_count": 2})
    assert copied(deployment) == 0


def test_an_id_reused_under_another_number_flags_only_a_real_collision(deployment: Deployment) -> None:
    kit = deployment.installation()
    first = workshop(deployment.clock(), 1)
    kit.sync(first)
    kit.sync({**first, "seq": 2, "attendee_count": 9})
    kit.sync(first)
    assert copied(deployment) == 0

    kit.sync(workshop(deployment.clock(), 3))
    kit.sync({**first, "seq": 3})
    assert copied(deployment) == 1


def test_a_rejected_report_can_betray_a_copy_too(deployment: Deployment) -> None:
    kit = deployment.installation()
    send(kit, 1)
    kit.sync(workshop(deployment.clock(), 1, attendee_count=0))
    assert copied(deployment) == 1


def test_a_clone_with_an_id_of_its_own_that_sends_the_same_outbox_twice_is_no_copy(deployment: Deployment) -> None:
    token = deployment.token()
    original, clone = deployment.installation(token), deployment.installation(token)
    report = workshop(deployment.clock(), 1)
    original.sync(report)
    clone.sync(report)
    clone.sync(report)
    assert copied(deployment) == 0
