"""The people of these stories, each with a key of their own.

The owner may do everything; the colleague grants and suspends; the reader looks; the reporter sees figures
alone; the stranger has no key.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import TestResponse

from licence_server.domain.scopes import Scope
from tests.support.deployment import Deployment


@dataclass
class Person:
    """Somebody with an API key, and a client to use it with."""

    deployment: Deployment
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._ask("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self._ask("POST", path, json=body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self._ask("PATCH", path, json=body, **options)

    def _ask(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {**self.headers, **options.pop("headers", {})}
        if options.get("json", ...) is None:
            del options["json"]
        return self.deployment.client.open(f"/api/v1{path}", method=method, headers=headers, **options)


def _with(deployment: Deployment, *scopes: Scope) -> Person:
    return Person(deployment, deployment.api_key(*scopes))


@pytest.fixture
def owner(deployment: Deployment) -> Person:
    return _with(deployment, Scope.ADMIN)


@pytest.fixture
def colleague(deployment: Deployment) -> Person:
    return _with(deployment, Scope.READ, Scope.LICENCES_WRITE)


@pytest.fixture
def reader(deployment: Deployment) -> Person:
    return _with(deployment, Scope.READ)


@pytest.fixture
def reporter(deployment: Deployment) -> Person:
    return _with(deployment, Scope.REPORTS_READ)


@pytest.fixture
def stranger(deployment: Deployment) -> Person:
    return Person(deployment)
