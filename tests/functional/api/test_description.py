"""What OpenAPI says is what the server does: thousands of requests made up from the description.

All checks of Schemathesis, in all its phases, stateful ones included; a fixed seed, so that a failure can be
seen again. What a JSON Schema cannot say (that a day lies ahead, that a cursor came from us) is made true in
requests that are meant to be accepted; nothing is touched in those that are meant to be refused.
"""

import itertools
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.engine import events, from_schema

from examples.stage import serving
from licence_server.services import audit
from tests.support.databases import SqliteServer
from tests.support.deployment import Deployment

EXAMPLES = 6
_LATER = itertools.count()
CONFIG = {
    "seed": 20260302,
    "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
    "phases": {"stateful": {"max-steps": 6}},
    "checks": {
        # Statuses of the contract that these checks do not expect by themselves: 428 (RFC 6585) is what a
        # PATCH without If-Match gets, where others answer 400.
        "missing_required_header": {"expected-statuses": ["400", "401", "403", "406", "415", "422", "428"]},
    },
}


@dataclass
class Findings:
    """What a run of Schemathesis brought up."""

    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def note(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.NonFatalError | events.FatalError):
            self.errors.append(
                f"{event.label}: {event.value!r}" if isinstance(event, events.NonFatalError) else repr(event.exception)
            )
        if not isinstance(event, events.ScenarioFinished):
            return
        recorder = event.recorder
        for case_id, interaction in recorder.interactions.items():
            if interaction.response is not None:
                label = recorder.cases[case_id].value.operation.label
                self.statuses[label][interaction.response.status_code] += 1
        for case_id, checks in recorder.checks.items():
            for check in checks:
                if check.failure_info is not None:
                    label = recorder.cases[case_id].value.operation.label
                    answer = recorder.interactions[case_id].response
                    told = f"{check.failure_info.failure}\n{check.failure_info.code_sample}\n{answer and answer.text}"
                    self.failures.setdefault((label, check.name), told)


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """On the embedded database alone: the description is the same on both."""
    fresh = Deployment(tmp_path, SqliteServer(tmp_path).migrated())
    yield fresh
    fresh.close()


def _run(deployment: Deployment, schema: schemathesis.BaseSchema) -> Findings:
    licence = deployment.licence()
    token = deployment.token(licence)
    kit, given_back = deployment.installation(token), deployment.installation(token)
    team = deployment.api_key()

    @schema.auth().apply_to(path_regex="^/api/v1/")
    class Keys:
        def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> dict[str, str]:
            if case.operation.method.upper() == "DELETE":
                return given_back.headers
            return kit.headers if case.operation.path == "/api/v1/sync" else team

        def set(self, case: schemathesis.Case, data: dict[str, str], context: schemathesis.AuthContext) -> None:
            case.headers = {**(case.headers or {}), **data}  # type: ignore[assignment]

    @schemathesis.hook
    def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
        if case.meta is None or not case.meta.generation.mode.is_positive:
            return
        headers, query = case.headers or {}, case.query or {}
        if "If-Match" in headers:
            headers["If-Match"] = "*"
        if "Idempotency-Key" in headers:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        query.pop("cursor", None)
        _order(query, "from", "to")
        if case.operation.label == "POST /api/v1/kits" and isinstance(case.body, dict):
            case.body["id"] = f"kit-{next(_LATER)}"
        if isinstance(case.body, dict):
            _make_sense(case.body, token if case.operation.label == "POST /api/v1/activations" else None)
        if case.operation.method.upper() == "DELETE":
            case.path_parameters["installation_id"] = given_back.id

    found = Findings()
    try:
        for event in from_schema(schema).execute():
            found.note(event)
    finally:
        schemathesis.hooks.unregister_all()
    return found


def _make_sense(body: dict[str, Any], activation_token: str | None) -> None:
    if activation_token is not None:
        body["activation_token"] = activation_token
        body["kit"]["id"] = "prevent-for-business"
    if body.get("trial_days") is not None:
        body.pop("until", None)
    if isinstance(body.get("from"), str):
        body["from"] = f"21{body['from'][2:8]}01"
    if isinstance(body.get("until"), str):
        # Ahead, after every `from`, and later than every end that was given before.
        body["until"] = (date(2300, 1, 1) + timedelta(days=next(_LATER))).isoformat()
    items = body.get("items")
    if isinstance(items, list):
        body["items"] = list({item["id"]: item for item in items}.values())


def _order(query: dict[str, Any], first: str, last: str) -> None:
    for name in (first, last):
        if isinstance(query.get(name), str) and query[name] < "2000":
            query[name] = "2" + query[name][1:8] + "01"
    if isinstance(query.get(first), str) and isinstance(query.get(last), str):
        query[first], query[last] = sorted((query[first], query[last]))


# What it runs the other tests run too, and tracing it takes half as long again.
@pytest.mark.no_cover
@pytest.mark.long
def test_the_description_is_true(deployment: Deployment) -> None:
    """One test, so that several test processes do not make the same run twice."""
    # Over real HTTP: in process, Schemathesis cannot make its probes of authentication.
    with serving(deployment.app) as address:
        config = schemathesis.Config.from_dict(CONFIG)
        findings = _run(deployment, schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json", config=config))

    assert findings.errors == []
    if findings.failures:
        pytest.fail("\n\n".join(f"{key}: {told}" for key, told in findings.failures.items()))
    faults = {label for label, seen in findings.statuses.items() if any(status >= 500 for status in seen)}
    assert faults == set()
    # Otherwise the checks would have looked at refusals alone.
    succeeded = {label for label, seen in findings.statuses.items() if any(200 <= status < 300 for status in seen)}
    assert _described(deployment) - succeeded == set()
    deployment.assert_totals_agree()
    assert audit.verify(deployment.runtime).faults == []


def _described(deployment: Deployment) -> set[str]:
    document = deployment.client.get("/api/v1/openapi.json").json
    assert document is not None
    return {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
        if method != "parameters" and path != "/api/v1/openapi.json"
    }
