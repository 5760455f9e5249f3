"""The page `/exchange`: a file goes in, the file to carry back comes out; plain words where it cannot."""

import json
import uuid

import pytest

from tests.support.carried import claims_of, message
from tests.support.deployment import Deployment, activation_body, workshop
from tests.support.uploads import upload


def test_the_form_works_without_scripts_and_says_what_is_secret(deployment: Deployment) -> None:
    page = deployment.client.get("/exchange")

    assert page.status_code == 200
    assert page.text.count("<script") == page.text.count('<script src="portal/static/exchange.js" defer></script>') == 1
    assert 'enctype="multipart/form-data"' in page.text
    assert "hold secrets" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("bare", [False, True])
def test_reports_are_answered_by_a_file(deployment: Deployment, bare: bool) -> None:
    kit = deployment.installation()
    text = message(kit, workshop(deployment.clock()))
    content = text.encode() + b"\r\n" if bare else b"\xef\xbb\xbf" + json.dumps({"message": text}).encode()

    answer = upload(deployment, content)

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reception.kit-response"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert claims_of(json.loads(answer.data)["receipt"])["results"][0]["status"] == "accepted"
    assert deployment.report()["attendances"] == 14


def test_an_activation_is_answered_by_a_file(deployment: Deployment) -> None:
    request = {"activation": activation_body(deployment.token(), str(uuid.uuid4()))}

    answer = upload(deployment, json.dumps(request).encode(), "ä/my kit.kit-request")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-kit.kit-response"'
    assert json.loads(answer.data)["activation"]["verdict"]["valid"]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "file_missing"),
        (b"\x89PNG\r\n", 400, "json_malformed"),
        (b"{}", 422, "body_invalid"),
        (b'{"message": "a.b.c"}', 403, "message_refused"),
        (b"x" * (2 << 20), 413, "body_too_large"),
    ],
)
def test_what_is_no_request_is_explained(deployment: Deployment, content: bytes, status: int, code: str) -> None:
    page = upload(deployment, content)

    assert page.status_code == status
    assert page.mimetype == "text/html"
    assert f"<code>{code}</code>" in page.text
    assert 'role="alert"' in page.text
    assert "<title>Error: " in page.text


def test_a_refused_activation_says_why(deployment: Deployment) -> None:
    request = {"activation": activation_body("0000-0000-0000-0000-0000-0000-0000", str(uuid.uuid4()))}

    page = upload(deployment, json.dumps(request).encode())

    assert page.status_code == 403
    assert "activation token in this file is not known" in page.text


def test_a_form_without_its_file_is_explained(deployment: Deployment) -> None:
    assert deployment.client.post("/exchange", data={}).status_code == 400


def test_the_phones_page_is_the_same_for_everybody(deployment: Deployment) -> None:
    page = deployment.client.get("/r")

    assert page.status_code == 200
    assert "<noscript>" in page.text
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    for name, kind in (("portal.css", "text/css"), ("phone.js", "text/javascript")):
        with deployment.client.get(f"/portal/static/{name}") as file:
            assert (file.status_code, file.mimetype) == (200, kind)
