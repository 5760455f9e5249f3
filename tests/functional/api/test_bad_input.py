"""Bytes that no honest client sends, on the team's endpoints and on the kits' alike."""

import gzip
import json
from functools import cache
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.functional.api.conftest import Person
from tests.support.deployment import Deployment

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


@cache
def bomb() -> bytes:
    """A hundred bytes a byte, and more. To make it takes a second."""
    return gzip.compress(b" " * (200 * MIB))


def test_a_body_over_one_mebibyte(post: Any) -> None:
    body = json.dumps({"name": "x" * MIB}).encode()

    refused(post(body), 413, "body_too_large")
    refused(post(gzip.compress(b"\x00" * (9 * MIB)), Content_Encoding="gzip"), 413, "body_too_large")
    refused(post(bomb(), Content_Encoding="gzip"), 413, "body_too_large")


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


@pytest.mark.parametrize("depth", [50, 200, 480, 900, 990, 1100, 3000])
def test_deep_nesting_is_no_fault_of_ours(deployment: Deployment, owner: Person, depth: int) -> None:
    deep = "[" * depth + "]" * depth
    report = f'{{"sent_at": "2026-03-02T09:00:00Z", "reports": [{deep}, {{"id": {deep}}}]}}'
    kit = deployment.installation()
    client = deployment.client
    answers = [
        client.post("/api/v1/sync", data=report, content_type=JSON, headers=kit.headers),
        client.post("/api/v1/organisations", data=f'{{"name": {deep}}}', content_type=JSON, headers=owner.headers),
        client.post("/api/v1/kits", data=f'{{"items": {deep}}}', content_type=JSON, headers=owner.headers),
        client.post("/api/v1/activations", data=f'{{"kit": {deep}}}', content_type=JSON),
    ]

    assert answers[0].status_code in (200, 400)
    assert {answer.status_code for answer in answers[1:]} <= {400, 422}


@pytest.mark.parametrize("number", ["1e400", "-0", "1e2", "9" * 400, "-" + "9" * 20, "0.1"])
def test_numbers_beyond_measure_are_no_fault_of_ours(deployment: Deployment, owner: Person, number: str) -> None:
    kit = deployment.installation()
    report = f'{{"id": "0c5d1bd2-45a7-4a46-8a9c-1f6a3f5a5b11", "seq": {number}, "rating": {number}}}'
    sync = f'{{"sent_at": "2026-03-02T09:00:00Z", "reports": [{report}, {number}]}}'
    grant = f'{{"organisation_id": {number}, "seat_limit": {number}}}'
    client = deployment.client

    rejected = client.post("/api/v1/sync", data=sync, content_type=JSON, headers=kit.headers)
    wrong = client.post("/api/v1/licences", data=grant, content_type=JSON, headers=owner.headers)

    assert rejected.status_code in (200, 400)
    assert wrong.status_code in (400, 422)
