"""Activation tokens over HTTP: issued, shown once, used, revoked."""

from typing import Any

import pytest

from licence_server.domain.activation_token import normalise
from tests.functional.api.conftest import Person
from tests.support.deployment import Deployment


@pytest.fixture
def licence_id(deployment: Deployment) -> str:
    return str(deployment.licence().licence.id)


def test_a_token_is_shown_once_and_opens_the_kit(deployment: Deployment, colleague: Person, licence_id: str) -> None:
    issued = colleague.post("/activation-tokens", {"licence_id": licence_id, "uses": 1, "until": "2026-03-31"})

    assert issued.status_code == 201
    assert issued.json is not None
    token = dict(issued.json)
    secret = token.pop("activation_token")
    assert normalise(secret) is not None
    assert token["hint"] == secret[-4:]
    assert token["expires_at"] == "2026-03-31T23:00:00Z"
    path = f"/activation-tokens/{token['id']}"
    assert colleague.get(path).json == token
    assert colleague.get("/activation-tokens").json == {"items": [token], "next_cursor": None}

    assert deployment.post_activation(secret).status_code == 201

    used = colleague.get(path).json
    assert used is not None
    assert (used["uses"], used["uses_limit"], used["status"]) == (1, 1, "used_up")


def test_a_revoked_token_opens_nothing(deployment: Deployment, colleague: Person, licence_id: str) -> None:
    issued = colleague.post("/activation-tokens", {"licence_id": licence_id}).json
    assert issued is not None
    path = f"/activation-tokens/{issued['id']}/revoke"

    revoked = colleague.post(path, {"reason": "photographed"})

    assert revoked.json is not None
    assert revoked.json["status"] == "revoked"
    refused = deployment.post_activation(issued["activation_token"])
    assert (refused.status_code, refused.json and refused.json["code"]) == (403, "token_revoked")
    again = colleague.post(path)
    assert (again.status_code, again.json and again.json["code"]) == (409, "token_revoked")


def test_a_token_ends_with_its_last_day(deployment: Deployment, colleague: Person, licence_id: str) -> None:
    issued = colleague.post("/activation-tokens", {"licence_id": licence_id, "until": "2026-03-02"}).json
    assert issued is not None

    deployment.clock.advance(hours=15)

    shown = colleague.get(f"/activation-tokens/{issued['id']}").json
    assert shown is not None
    assert shown["status"] == "expired"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"uses": 0}, "uses"),
        ({"uses": "1"}, "uses"),
        ({"until": "2026-03-01"}, "until"),
        ({"until": "9999-12-31"}, "until"),
        ({"licence_id": None}, "licence_id"),
    ],
)
def test_what_cannot_be_issued_is_named(colleague: Person, licence_id: str, body: dict[str, Any], field: str) -> None:
    answer = colleague.post("/activation-tokens", {"licence_id": licence_id, **body})

    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["errors"]) == [field]


def test_a_revoked_licence_gets_no_more_tokens(colleague: Person, licence_id: str) -> None:
    colleague.post(f"/licences/{licence_id}/revoke")

    answer = colleague.post("/activation-tokens", {"licence_id": licence_id})

    assert (answer.status_code, answer.json and answer.json["code"]) == (409, "licence_revoked")
