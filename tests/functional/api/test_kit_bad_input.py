"""What a kit may not send, and how it is told."""

import json
from typing import Any

import pytest

from tests.functional.api.test_bad_input import JSON, refused
from tests.support.deployment import Deployment, activation_body


@pytest.mark.parametrize("data", [b"{", b"[]", b"x" * (2 << 20), b'{"sent_at": 5}'])
def test_a_kit_without_a_known_token_is_told_that_first(deployment: Deployment, data: bytes) -> None:
    headers = {"Authorization": "Bearer nonsense"}

    answer = deployment.client.post("/api/v1/sync", data=data, content_type=JSON, headers=headers)

    refused(answer, 401, "installation_token_unknown")


def test_501_reports_are_too_many(deployment: Deployment) -> None:
    answer = deployment.installation().sync(*[{}] * 501)

    refused(answer, 422, "body_invalid")
    assert answer.json is not None
    assert list(answer.json["errors"]) == ["reports"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"kit": {"id": "kit", "version": "1.0", "colour": "red"}}, "kit.colour"),
        ({"kit": "kit"}, "kit"),
        ({"client": {"name": "x"}}, "client.version"),
        ({"installation_id": "nonsense"}, "installation_id"),
        ({"installation_id": 5}, "installation_id"),
        ({"activation_token": None}, "activation_token"),
        ({"activation_token": "x\x00"}, "activation_token"),
        ({"label": "\ud800"}, "label"),
        ({"label": "x" * 101}, "label"),
    ],
)
def test_a_wrong_field_of_an_activation_is_named(deployment: Deployment, changes: dict[str, Any], field: str) -> None:
    body = {**activation_body("token", "0c5d1bd2-45a7-4a46-8a9c-1f6a3f5a5b11"), **changes}

    answer = deployment.client.post("/api/v1/activations", data=json.dumps(body), content_type=JSON)

    refused(answer, 422, "body_invalid")
    assert answer.json is not None
    assert list(answer.json["errors"]) == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "sent_at"),
        ({"sent_at": "yesterday"}, "sent_at"),
        ({"sent_at": "2026-03-02T09:00:00"}, "sent_at"),
        ({"sent_at": 1772442000}, "sent_at"),
        ({"sent_at": "2026-03-02T09:00:00Z", "reports": {}}, "reports"),
        ({"sent_at": "2026-03-02T09:00:00Z", "reports": [], "usage_reporting": True}, "usage_reporting"),
        ({"sent_at": "2026-03-02T09:00:00Z", "reports": [], "usage_reporting": None}, "usage_reporting"),
        ({"sent_at": "2026-03-02T09:00:00Z", "reports": [], "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_field_of_a_sync_is_named(deployment: Deployment, body: dict[str, Any], field: str) -> None:
    kit = deployment.installation()

    answer = deployment.client.post("/api/v1/sync", json=body, headers=kit.headers)

    refused(answer, 422, "body_invalid")
    assert answer.json is not None
    assert field in answer.json["errors"]


@pytest.mark.parametrize("sent_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1970-01-01T00:00:00Z"])
def test_a_clock_may_say_anything(deployment: Deployment, sent_at: str) -> None:
    kit = deployment.installation()

    answer = deployment.client.post("/api/v1/sync", json={"sent_at": sent_at, "reports": []}, headers=kit.headers)

    assert answer.status_code == 200
