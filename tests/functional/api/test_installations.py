"""Installations over HTTP, as the team sees them; and the one endpoint that a kit shares with the team."""

import uuid

from tests.functional.api.conftest import Person
from tests.support.deployment import Deployment


def test_the_team_takes_a_seat_back(deployment: Deployment, colleague: Person) -> None:
    kit = deployment.installation()
    path = f"/installations/{kit.id}"
    shown = colleague.get(path).json
    assert shown is not None
    assert (shown["status"], shown["holds_seat"], shown["client"]) == ("active", True, "test 1.0.0")

    released = colleague.post(f"{path}/release", {"reason": "the PC was replaced"}).json

    assert released is not None
    assert (released["status"], released["holds_seat"], released["seat_until"]) == ("released", False, None)
    verdict = kit.sync().json
    assert verdict is not None
    assert verdict["verdict"]["code"] == "installation_released"
    again = colleague.post(f"{path}/release")
    assert (again.status_code, again.json and again.json["code"]) == (409, "installation_released")


def test_a_revocation_is_final(deployment: Deployment, colleague: Person) -> None:
    kit = deployment.installation()

    assert colleague.post(f"/installations/{kit.id}/revoke").status_code == 200

    verdict = kit.sync().json
    assert verdict is not None
    assert verdict["verdict"]["code"] == "installation_revoked"
    for act in ("revoke", "release"):
        answer = colleague.post(f"/installations/{kit.id}/{act}")
        assert (answer.status_code, answer.json and answer.json["code"]) == (409, "installation_revoked")


def test_a_kit_gives_its_own_seat_back_and_no_other(deployment: Deployment) -> None:
    licence = deployment.licence(seats=2)
    ours, theirs = (
        deployment.installation(deployment.token(licence)),
        deployment.installation(deployment.token(licence)),
    )
    path = "/api/v1/installations/"

    other = deployment.client.delete(path + theirs.id, headers=ours.headers)
    first = deployment.client.delete(path + ours.id, headers=ours.headers)
    again = deployment.client.delete(path + ours.id.upper(), headers=ours.headers)
    unknown = deployment.client.delete(path + str(uuid.uuid4()), headers=ours.headers)
    nobody = deployment.client.delete(path + ours.id, headers={"Authorization": "Bearer nonsense"})

    answers = (other, first, again, unknown, nobody)
    assert [answer.status_code for answer in answers] == [404, 204, 204, 404, 401]
    assert first.data == b""


def test_the_quiet_the_copied_and_the_rest_are_told_apart(deployment: Deployment, reader: Person) -> None:
    licence = deployment.licence()
    quiet, busy = deployment.installation(deployment.token(licence)), deployment.installation(deployment.token(licence))
    deployment.clock.advance(days=10)
    busy.sync()

    def found(query: str) -> list[str]:
        answer = reader.get(f"/installations?{query}").json
        assert answer is not None
        return [item["id"] for item in answer["items"]]

    assert found("quiet_for=7") == [quiet.id]
    assert set(found(f"licence_id={licence.licence.id}")) == {quiet.id, busy.id}
    assert set(found("copied=false")) == {quiet.id, busy.id}
    assert found("copied=true") == []
    assert found(f"organisation_id={uuid.uuid4()}") == []
    assert found("kit_id=another") == []
