"""Bytes that no honest client sends, on the team's endpoints and on the kits' alike."""

import gzip
import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.functional.api.conftest import Person
from tests.support.deployment import Deployment, activation_body

JSON = "application/json"
MIB = 1 << 20


@pytest.fixture(params=["team", "activations", "sync"])
def post(request: pytest.FixtureRequest, deployment: Deployment, colleague: Person) -> Any:
    """Send raw bytes to one of three endpoints, as somebody who may."""
    kit = deployment.installation() if request.param == "sync" else None
    path, headers = {
        "team": ("/api/v1/organisations", colleague.headers),
        "activations": ("/api/v1/activations", {}),
        "sync": ("/api/v1/sync", kit.headers if kit is not None else {}),
    }[request.param]

    def send(data: bytes, content_type: str | None = JSON, **more: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return deployment.client.post(path, data=data, content_type=content_type, headers={**headers, **named})

    return send


def refused(answer: TestResponse, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    document = answer.json
    assert document is not None
    assert (document["status"], document["code"]) == (status, code)
    assert {"type", "title", "detail"} <= set(document)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{'name': 1}",
        b'{"name": NaN}',
        b'{"name": -Infinity}',
        b'{"name": "\xff"}',
        b'{"name": "x",}',
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        '{"name": "x"}'.encode("utf-16"),
        b'{"name": ' + b"9" * 5000 + b"}",
        b'{"name": "x"} {"name": "y"}',
        b'{"name": "a\nb"}',
    ],
)
def test_malformed_json(post: Any, data: bytes) -> None:
    refused(post(data), 400, "json_malformed")


@pytest.mark.parametrize("data", [b"[]", b"null", b'"text"', b"5", b"true", b"[[[[]]]]"])
def test_json_that_is_no_object(post: Any, data: bytes) -> None:
    answer = post(data)

    refused(answer, 422, "body_invalid")
    assert list(answer.json["errors"]) == ["body"]


@pytest.mark.parametrize("data", [b'{"\\u0000": 1}', b'{"\\ud800": 1}', b'{"' + b"x" * 100_000 + b'": 1}'])
def test_strange_names_of_fields(post: Any, data: bytes) -> None:
    refused(post(data), 422, "body_invalid")


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx", ";", "\x80"]
)
def test_another_media_type(post: Any, content_type: str | None) -> None:
    refused(post(b'{"name": "Baker"}', content_type), 415, "media_type_unsupported")


def test_parameters_of_the_media_type_do_not_matter(post: Any) -> None:
    assert post(b"{}", "Application/JSON; charset=utf-8").status_code == 422


def test_a_body_over_one_mebibyte(post: Any) -> None:
    body = json.dumps({"name": "x" * MIB}).encode()

    refused(post(body), 413, "body_too_large")
    refused(post(gzip.compress(b"\x00" * (9 * MIB)), Content_Encoding="gzip"), 413, "body_too_large")
    # A hundred bytes a byte.
    refused(post(gzip.compress(b" " * (200 * MIB)), Content_Encoding="gzip"), 413, "body_too_large")


def test_codings(post: Any) -> None:
    packed = gzip.compress(b"[]")

    refused(post(packed, Content_Encoding="gzip"), 422, "body_invalid")
    refused(post(packed, Content_Encoding="GZIP"), 422, "body_invalid")
    refused(post(packed[:-4], Content_Encoding="gzip"), 400, "gzip_malformed")
    refused(post(packed + packed, Content_Encoding="gzip"), 400, "gzip_malformed")
    refused(post(b"[]", Content_Encoding="gzip"), 400, "gzip_malformed")
    refused(post(b"", Content_Encoding="gzip"), 400, "gzip_malformed")
    refused(post(packed, Content_Encoding="br"), 415, "content_coding_unsupported")
    refused(post(packed, Content_Encoding="gzip, gzip"), 415, "content_coding_unsupported")


def test_addresses_and_methods_that_do_not_exist(deployment: Deployment) -> None:
    client = deployment.client

    refused(client.get("/api/v1/nothing"), 404, "not_found")
    refused(client.get("/api/v1/%ff%00"), 404, "not_found")
    refused(client.get("/api/v1/organisations/"), 404, "not_found")
    wrong = client.put("/api/v1/organisations")
    refused(wrong, 405, "method_not_allowed")
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    refused(client.get("/api/v1/sync"), 405, "method_not_allowed")


def test_head_and_options(owner: Person, deployment: Deployment) -> None:
    head = deployment.client.head("/api/v1/organisations", headers=owner.headers)
    options = deployment.client.options("/api/v1/organisations")

    assert (head.status_code, head.data) == (200, b"")
    assert (options.status_code, options.data) == (200, b"")
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert deployment.client.head("/api/v1/organisations").status_code == 401


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
