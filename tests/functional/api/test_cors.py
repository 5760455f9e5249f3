"""Pages of any origin may use the kit's endpoints, and nothing else."""

import uuid

import pytest

from tests.functional.api.conftest import Person
from tests.support.deployment import Deployment, activation_body

OPEN = [
    ("POST", "/api/v1/activations"),
    ("POST", "/api/v1/sync"),
    ("DELETE", "/api/v1/installations/0c5d1bd2-45a7-4a46-8a9c-1f6a3f5a5b11"),
]
ORIGINS = ["null", "https://kits.example", "file://"]
GRANTED = ("Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers")


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize(("method", "path"), OPEN)
def test_a_preflight_needs_no_token(deployment: Deployment, method: str, path: str, origin: str) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, content-type, content-encoding",
    }

    answer = deployment.client.options(path, headers=asked)

    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == method
    # A star would not cover Authorization.
    assert answer.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type, Content-Encoding"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_page_can_read_answers_and_refusals(deployment: Deployment, origin: str) -> None:
    kit = deployment.installation()
    client, sent = deployment.client, {"Origin": origin}
    body = activation_body("nonsense", str(uuid.uuid4()))
    answers = [
        client.post("/api/v1/activations", json=body, headers=sent),
        client.post("/api/v1/activations", data=b"{", content_type="application/json", headers=sent),
        client.post("/api/v1/activations", data=b"x" * (2 << 20), content_type="application/json", headers=sent),
        client.post("/api/v1/sync", json={}, headers=sent),
        client.post("/api/v1/sync", json={"sent_at": "2026-03-02T09:00:00Z"}, headers={**sent, **kit.headers}),
        client.delete(f"/api/v1/installations/{uuid.uuid4()}", headers={**sent, **kit.headers}),
        client.delete("/api/v1/installations/nonsense", headers=sent),
        client.delete(f"/api/v1/installations/{kit.id}", headers={**sent, **kit.headers}),
    ]

    assert [answer.status_code for answer in answers] == [403, 400, 413, 401, 200, 404, 404, 204]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_page_can_read_a_fault_and_how_long_to_wait(deployment: Deployment) -> None:
    body = activation_body("nonsense", str(uuid.uuid4()))

    answers = [deployment.client.post("/api/v1/activations", json=body) for _ in range(31)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert answers[-1].headers["Access-Control-Expose-Headers"] == "Retry-After"


def test_the_teams_endpoints_say_nothing_to_pages(deployment: Deployment, owner: Person) -> None:
    kit = deployment.installation()
    origin = {"Origin": "https://elsewhere.example"}
    shared = f"/installations/{kit.id}"
    answers = [
        owner.get(shared, headers=origin),
        owner.get("/organisations", headers=origin),
        owner.post("/organisations", {}, headers=origin),
        owner.post(f"{shared}/release", headers=origin),
        deployment.client.get("/api/v1/keyset", headers=origin),
        deployment.client.get("/api/v1/openapi.json", headers=origin),
        deployment.client.put("/api/v1/sync", headers=origin),
    ]
    for method in ("GET", "POST", "PATCH", "PUT", "*"):
        asked = {**origin, "Access-Control-Request-Method": method}
        answers.append(deployment.client.options(f"/api/v1{shared}", headers=asked))
        answers.append(deployment.client.options("/api/v1/organisations", headers=asked))
        answers.append(deployment.client.options(f"/api/v1{shared}/release", headers=asked))

    for answer in answers:
        assert not set(GRANTED) & set(answer.headers.keys()), answer.request.path
