"""The description of the API, and the page that shows it, without the internet."""

import re
from typing import Any

import pytest

from licence_server.api.codes import CODES
from tests.support.deployment import Deployment

PAGES = ("console.", "front.", "portal.")


@pytest.fixture
def document(deployment: Deployment) -> dict[str, Any]:
    answer = deployment.client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json is not None
    return dict(answer.json)


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]


def test_it_is_openapi_31_and_describes_every_route(deployment: Deployment, document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    served = {
        method + " " + re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule.rule)
        for rule in deployment.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith("/api/v1/docs") and not rule.endpoint.startswith(PAGES)
    }
    assert {label for label, _ in operations(document)} == served


def test_every_operation_says_who_may_and_what_may_go_wrong(document: dict[str, Any]) -> None:
    identifiers = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(identifiers)) == len(identifiers)
    for label, operation in operations(document):
        assert operation["summary"], label
        assert "security" in operation, label
        if operation["security"] == [{"apiKey": []}]:
            assert {"401", "403", "422"} <= set(operation["responses"]), label
            assert operation["x-scope"] in ("read", "licences:write", "reports:read")
    assert set(document["components"]["securitySchemes"]) == {"apiKey", "installationToken"}


def test_every_code_is_described_somewhere(document: dict[str, Any]) -> None:
    described = {
        code
        for _, operation in operations(document)
        for response in operation["responses"].values()
        for content in response.get("content", {}).values()
        for part in content["schema"].get("allOf", [])
        for code in part.get("properties", {}).get("code", {}).get("enum", [])
    }
    # 405 belongs to no operation.
    assert described == set(CODES) - {"method_not_allowed"}


def test_the_reports_of_kits_are_described_by_what_validates_them(document: dict[str, Any]) -> None:
    session = document["components"]["schemas"]["Session"]

    assert session["properties"]["attendee_count"] == {"type": "integer", "minimum": 1, "maximum": 5000}
    assert session["additionalProperties"] is False


def test_the_page_loads_nothing_from_elsewhere(deployment: Deployment) -> None:
    client = deployment.client
    home = client.get("/")
    page = client.get("/api/v1/docs")

    assert (home.status_code, home.headers["Location"]) == (302, "/console/")
    assert page.mimetype == "text/html"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in page.text
    assert re.search(r"<script(?! src=)|\son[a-z]+=|<style|\sstyle=", page.text) is None
    for reference in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        with client.get(f"/api/v1/{reference}") as loaded:
            assert loaded.status_code == 200, reference
            assert loaded.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_brings_a_swagger_ui_that_knows_openapi_31(deployment: Deployment) -> None:
    with deployment.client.get("/api/v1/docs/swagger-ui-bundle.js") as script:
        assert "openapi-3-1" in script.text
    assert deployment.client.get("/api/v1/docs/../openapi.py").status_code == 404
    assert deployment.client.get("/api/v1/docs/swagger-editor.js").status_code == 404


def test_every_answer_carries_the_headers_of_caution(deployment: Deployment) -> None:
    for path in ("/", "/healthz", "/metrics", "/api/v1/keyset", "/api/v1/organisations", "/nothing"):
        headers = deployment.client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'", path


def test_a_fault_of_ours_tells_nothing(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("licence_server.services.organisations.list_page", fail)
    answer = deployment.client.get("/api/v1/organisations", headers=deployment.api_key())

    assert answer.status_code == 500
    assert answer.json is not None
    assert answer.json["code"] == "internal_error"
    assert "42" not in answer.text
