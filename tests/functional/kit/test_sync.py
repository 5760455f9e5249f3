"""Reports arrive: once, twice, late, partly bad."""

from tests.support.deployment import Deployment, feedback, individual, workshop


def test_a_workshop_is_counted(deployment: Deployment) -> None:
    kit = deployment.installation()

    answer = kit.sync(workshop(deployment.clock()))

    assert answer.status_code == 200
    assert answer.json is not None
    assert [result["status"] for result in answer.json["results"]] == ["accepted"]
    report = deployment.report()
    assert report["sessions"] == {"workshop": 1, "individual": 0, "total": 1}
    assert report["attendances"] == 14
    deployment.assert_totals_agree()


def test_a_report_sent_twice_is_counted_once(deployment: Deployment) -> None:
    kit = deployment.installation()
    report = workshop(deployment.clock())

    kit.sync(report)
    answer = kit.sync(report, report)

    assert answer.json is not None
    assert [result["status"] for result in answer.json["results"]] == ["duplicate", "duplicate"]
    assert deployment.report()["attendances"] == 14
    assert deployment.report()["reports"]["duplicates"] == 2


def test_one_bad_report_is_rejected_alone(deployment: Deployment) -> None:
    kit = deployment.installation()
    now = deployment.clock()

    answer = kit.sync(workshop(now, 1), workshop(now, 2, attendee_count=0), individual(now, 3), feedback(now, 4))

    assert answer.json is not None
    assert [result["status"] for result in answer.json["results"]] == ["accepted", "rejected", "accepted", "accepted"]
    assert answer.json["results"][1]["code"] == "invalid"
    assert "attendee_count" in answer.json["results"][1]["detail"]
    deployment.assert_totals_agree()
