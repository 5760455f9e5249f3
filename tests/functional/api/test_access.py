"""Who may do what. Every route of the application is walked; none is reachable by oversight."""

import uuid

import pytest
from werkzeug.routing import Rule

from licence_server.api.access import NEEDED
from licence_server.domain.scopes import Scope
from licence_server.services import api_keys
from tests.functional.api.conftest import Person
from tests.support.deployment import Deployment

PUBLIC = {
    "/",
    "/.well-known/jwks.json",
    "/api/v1/activations",
    "/api/v1/docs",
    "/api/v1/docs/<name>",
    "/api/v1/exchange",
    "/api/v1/keyset",
    "/api/v1/openapi.json",
    "/exchange",
    "/healthz",
    "/metrics",
    "/portal/static/<path:filename>",
    "/r",
    "/readyz",
}
OF_INSTALLATIONS = {("/api/v1/sync", "POST"), ("/api/v1/installations/<uuid:installation_id>", "DELETE")}


def routes(deployment: Deployment) -> list[tuple[Rule, str, str]]:
    """(rule, method, address) of everything that is not public."""
    found = []
    for rule in deployment.app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            # The console has a table of rights of its own, and a walk of its own that holds it.
            if rule.rule not in PUBLIC and not rule.endpoint.startswith("console."):
                address = rule.rule.replace("<slug:kit_id>", "kit")
                for name in rule.arguments - {"kit_id"}:
                    address = address.replace(f"<uuid:{name}>", str(uuid.uuid4()))
                found.append((rule, method, address))
    return found


def test_a_stranger_is_refused_everywhere_but_on_the_public_list(deployment: Deployment) -> None:
    walked = routes(deployment)

    for _, method, address in walked:
        answer = deployment.client.open(address, method=method)
        assert answer.status_code == 401, (method, address)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.mimetype == "application/problem+json"
        assert answer.json is not None
        assert answer.json["code"] == "token_missing"
    assert len(walked) > 25


def test_a_key_with_too_small_a_scope_is_refused_everywhere(deployment: Deployment) -> None:
    views = deployment.app.view_functions
    for rule, method, address in routes(deployment):
        if (rule.rule, method) in OF_INSTALLATIONS:
            continue
        needed = getattr(views[rule.endpoint], NEEDED)
        others = [scope for scope in Scope if scope not in (needed, Scope.ADMIN)]
        headers = deployment.api_key(*others)
        # Before the body is looked at: this one is no JSON.
        answer = deployment.client.open(address, method=method, headers=headers, data=b"{")
        assert answer.status_code == 403, (method, address)
        assert answer.json is not None
        assert answer.json["code"] == "scope_too_small"


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_scopes_are_what_the_contract_says(deployment: Deployment, method: str) -> None:
    for rule, found, _ in routes(deployment):
        if found == method and (rule.rule, method) not in OF_INSTALLATIONS:
            expected = Scope.READ if method == "GET" else Scope.LICENCES_WRITE
            if "/usage-summaries" in rule.rule:
                expected = Scope.REPORTS_READ
            assert getattr(deployment.app.view_functions[rule.endpoint], NEEDED) == expected, rule


def test_an_administrator_holds_every_scope(owner: Person) -> None:
    assert owner.get("/organisations").status_code == 200
    assert owner.get("/usage-summaries").status_code == 200
    assert owner.post("/organisations", {"name": "Baker & Sons"}).status_code == 201


def test_a_reader_reads_and_does_not_write(reader: Person) -> None:
    assert reader.get("/organisations").status_code == 200
    assert reader.post("/organisations", {"name": "Baker & Sons"}).status_code == 403
    assert reader.get("/usage-summaries/total").status_code == 403


def test_a_reporter_sees_figures_alone(reporter: Person) -> None:
    assert reporter.get("/usage-summaries/total").status_code == 200
    assert reporter.get("/organisations").status_code == 403


@pytest.mark.parametrize(
    "header", ["Bearer lsk_unknown", "Bearer ", "Basic dXNlcjpwYXNz", "bearer\x80", "Bearer a, Bearer b"]
)
def test_an_unusable_key_is_refused(deployment: Deployment, header: str) -> None:
    answer = deployment.client.get("/api/v1/organisations", headers={"Authorization": header})

    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


def test_a_revoked_key_is_refused_at_once(deployment: Deployment, owner: Person) -> None:
    key = api_keys.list_all(deployment.runtime)[0]
    assert owner.get("/organisations").status_code == 200

    api_keys.revoke(deployment.runtime, key.id, now=deployment.clock(), actor="test")

    assert owner.get("/organisations").status_code == 401


def test_the_key_of_a_kit_is_no_key_of_the_team(deployment: Deployment) -> None:
    kit = deployment.installation()

    assert deployment.client.get("/api/v1/organisations", headers=kit.headers).status_code == 401


def test_the_key_of_the_team_is_no_key_of_a_kit(deployment: Deployment, owner: Person) -> None:
    assert owner.post("/sync", {"sent_at": "2026-03-02T09:00:00Z", "reports": []}).status_code == 401
