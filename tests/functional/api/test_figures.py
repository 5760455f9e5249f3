"""Figures and the audit log over HTTP."""

from licence_server.services import audit
from tests.functional.api.conftest import Person
from tests.support.deployment import Deployment, feedback, individual, workshop


def test_the_total_is_the_report_document(deployment: Deployment, reporter: Person) -> None:
    kit = deployment.installation()
    now = deployment.clock()
    kit.sync(workshop(now, 1), individual(now, 2), feedback(now, 3))

    total = reporter.get("/usage-summaries/total?from=2026-03-02&to=2026-03-02&kit=prevent-for-business")

    assert total.status_code == 200
    assert total.json == deployment.report(first=now.date(), last=now.date(), kit_id="prevent-for-business")
    assert total.json is not None
    assert total.json["attendances"] == 15


def test_figures_are_listed_by_organisation_and_kit(deployment: Deployment, reporter: Person) -> None:
    now = deployment.clock()
    kit_id = deployment.kit()
    baker, butcher = deployment.organisation("Baker"), deployment.organisation("Butcher")
    for organisation in (baker, butcher):
        installed = deployment.installation(deployment.token(deployment.licence(organisation, kit_id)))
        installed.sync(workshop(now, 1), feedback(now, 2))

    everyone = reporter.get("/usage-summaries").json
    one = reporter.get(f"/usage-summaries?organisation={baker.id}&kit={kit_id}&from=2026-03-01&to=2026-03-31").json
    earlier = reporter.get("/usage-summaries?to=2026-03-01").json

    assert everyone is not None
    assert {item["organisation"] for item in everyone["items"]} == {"Baker", "Butcher"}
    assert one is not None
    assert one["items"] == [
        {
            "organisation_id": str(baker.id),
            "organisation": "Baker",
            "kit_id": kit_id,
            "sessions": {"workshop": 1, "individual": 0, "total": 1},
            "attendances": 14,
            "distinct_learners": 0,
            "session_seconds": 2700,
            "feedback": {"count": 1, "mean_rating": 4.0},
        }
    ]
    assert earlier == {"items": [], "next_cursor": None}


def test_a_period_must_be_one(reporter: Person) -> None:
    backwards = reporter.get("/usage-summaries?from=2026-03-02&to=2026-03-01")
    ancient = reporter.get("/usage-summaries/total?from=1066-10-14")
    unknown = reporter.get("/usage-summaries/total?kit=another")

    assert backwards.json is not None
    assert (backwards.status_code, list(backwards.json["errors"])) == (422, ["to"])
    assert ancient.json is not None
    assert (ancient.status_code, list(ancient.json["errors"])) == (422, ["from"])
    assert (unknown.status_code, unknown.json and unknown.json["code"]) == (404, "kit_unknown")


def test_the_log_says_who_did_what_and_why(deployment: Deployment, colleague: Person) -> None:
    licence_id = deployment.licence().licence.id
    colleague.post(f"/licences/{licence_id}/suspend", {"reason": "the trainer left"})

    log = colleague.get(f"/audit-entries?limit=1&subject=licence:{licence_id}").json

    assert log is not None
    entry = log["items"][0]
    assert entry["action"] == "licence_suspended"
    assert entry["actor"].startswith("api_key:")
    assert entry["reason"] == "the trainer left"
    assert entry["before"]["suspended_at"] is None
    assert entry["after"]["suspended_at"] is not None
    head = audit.verify(deployment.runtime).head
    assert log["head"] == str(head)
    assert entry["hash"] == head.hash.hex()


def test_the_log_keeps_no_address(deployment: Deployment, owner: Person) -> None:
    owner.post("/organisations", {"name": "Baker", "contact_email": "somebody@baker.example"})

    assert "somebody@" not in owner.get("/audit-entries").text
