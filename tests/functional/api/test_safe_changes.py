"""Nothing is done twice, and nobody overwrites what they have not seen."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from werkzeug.test import TestResponse

from tests.functional.api.conftest import Person
from tests.support.deployment import Deployment

BAKER = {"name": "Baker & Sons"}
KEY = {"Idempotency-Key": "a-key"}


def test_a_post_sent_again_gets_the_first_answer(colleague: Person) -> None:
    first = colleague.post("/organisations", BAKER, headers=KEY)
    again = colleague.post("/organisations", BAKER, headers=KEY)

    assert (again.status_code, again.json, again.headers["ETag"]) == (201, first.json, first.headers["ETag"])
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len((colleague.get("/organisations").json or {})["items"]) == 1


def test_the_order_of_fields_is_no_difference(colleague: Person) -> None:
    colleague.post("/organisations", {"name": "Baker", "sector": "retail"}, headers=KEY)

    again = colleague.post("/organisations", {"sector": "retail", "name": "Baker"}, headers=KEY)

    assert again.status_code == 201


def test_a_key_is_not_for_another_request(deployment: Deployment, colleague: Person) -> None:
    colleague.post("/organisations", BAKER, headers=KEY)

    other_body = colleague.post("/organisations", {"name": "Butcher"}, headers=KEY)
    other_path = colleague.post("/kits", {"id": "kit", "name": "Kit"}, headers=KEY)

    for answer in (other_body, other_path):
        assert answer.status_code == 422
        assert answer.json is not None
        assert answer.json["code"] == "idempotency_key_reused"
    assert colleague.get("/kits").json == {"items": [], "next_cursor": None}


def test_a_key_is_its_owners_own(owner: Person, colleague: Person) -> None:
    ours = owner.post("/organisations", BAKER, headers=KEY)
    theirs = colleague.post("/organisations", {"name": "Butcher"}, headers=KEY)

    assert [ours.status_code, theirs.status_code] == [201, 201]


def test_a_replay_omits_the_secret(deployment: Deployment, colleague: Person) -> None:
    body = {"licence_id": str(deployment.licence().licence.id)}

    first = colleague.post("/activation-tokens", body, headers=KEY)
    again = colleague.post("/activation-tokens", body, headers=KEY)

    assert first.json is not None
    assert "activation_token" in first.json
    assert again.json == {name: value for name, value in first.json.items() if name != "activation_token"}


def test_a_refusal_is_not_remembered(deployment: Deployment, colleague: Person) -> None:
    body = {"organisation_id": str(deployment.organisation().id), "kit_id": "prevent-for-business"}
    refused = colleague.post("/licences", body, headers=KEY)
    deployment.kit()

    granted = colleague.post("/licences", body, headers=KEY)

    assert [refused.status_code, granted.status_code] == [404, 201]


def test_an_act_is_replayed_whatever_became_of_the_licence(deployment: Deployment, colleague: Person) -> None:
    path = f"/licences/{deployment.licence().licence.id}"
    first = colleague.post(f"{path}/suspend", headers=KEY)
    colleague.post(f"{path}/reinstate")

    again = colleague.post(f"{path}/suspend", headers=KEY)

    assert again.json == first.json
    assert (colleague.get(path).json or {})["status"] == "active"


def test_a_key_is_forgotten_after_a_day(deployment: Deployment, colleague: Person) -> None:
    colleague.post("/organisations", BAKER, headers=KEY)
    deployment.clock.advance(hours=25)

    assert colleague.post("/organisations", {"name": "Butcher"}, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "caf\xe9", "\x80"])
def test_an_unusable_key_is_refused(colleague: Person, key: str) -> None:
    answer = colleague.post("/organisations", BAKER, headers={"Idempotency-Key": key})

    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["errors"]) == ["Idempotency-Key"]


def test_twins_at_the_same_moment_act_once(deployment: Deployment, colleague: Person) -> None:
    twins = 8
    start = Barrier(twins)

    def post(_: int) -> TestResponse:
        client = deployment.app.test_client()
        start.wait()
        return client.post("/api/v1/organisations", json=BAKER, headers={**colleague.headers, **KEY})

    with ThreadPoolExecutor(twins) as pool:
        answers = list(pool.map(post, range(twins)))

    assert [answer.status_code for answer in answers] == [201] * twins
    assert len({(answer.json or {})["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert len((colleague.get("/organisations").json or {})["items"]) == 1


def test_the_second_of_two_editors_is_told(owner: Person, colleague: Person) -> None:
    added = owner.post("/organisations", BAKER)
    path = f"/organisations/{(added.json or {})['id']}"
    seen = {"If-Match": added.headers["ETag"]}

    mine = owner.patch(path, {"sector": "retail"}, headers=seen)
    theirs = colleague.patch(path, {"sector": "food"}, headers=seen)

    assert mine.status_code == 200
    assert (theirs.status_code, (theirs.json or {})["code"]) == (412, "version_stale")
    assert (owner.get(path).json or {})["sector"] == "retail"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 428),
        ('"1"', 200),
        ("*", 200),
        ('"2"', 412),
        ('W/"1"', 412),
        ("1", 412),
        ("", 412),
        ('"one"', 412),
        (f'"{"9" * 5000}"', 412),
    ],
)
def test_if_match(deployment: Deployment, colleague: Person, header: str | None, status: int) -> None:
    organisation, kit = deployment.organisation(), deployment.kit()
    licence = deployment.licence(organisation, kit).licence
    headers = {"If-Match": header} if header is not None else {}

    for path, changes in (
        (f"/organisations/{organisation.id}", {"name": "Another name"}),
        (f"/kits/{kit}", {"name": "Another name"}),
        (f"/licences/{licence.id}", {"lease_days": 7}),
    ):
        assert colleague.patch(path, changes, headers=headers).status_code == status, path


def test_two_editors_at_the_same_moment(deployment: Deployment, colleague: Person) -> None:
    path = f"/api/v1/kits/{deployment.kit()}"
    start = Barrier(4)

    def patch(number: int) -> int:
        client = deployment.app.test_client()
        body = {"items": [{"id": f"film-{number}", "title": f"By {number}"}]}
        start.wait()
        return client.patch(path, json=body, headers={**colleague.headers, "If-Match": '"1"'}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(patch, range(4))) == [200, 412, 412, 412]
