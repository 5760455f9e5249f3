"""Members of the team at a console in this process."""

from collections.abc import Callable

import pytest

from licence_server.domain.roles import Role
from tests.support.deployment import Deployment
from tests.support.desk import Desk


@pytest.fixture
def desk(deployment: Deployment) -> Callable[..., Desk]:
    """`desk(Role.VIEWER)`: somebody who has signed in."""
    return lambda role, email=None: Desk(deployment.app, deployment.runtime, deployment.clock, role, email)


@pytest.fixture
def viewer(desk: Callable[..., Desk]) -> Desk:
    return desk(Role.VIEWER)


@pytest.fixture
def officer(desk: Callable[..., Desk]) -> Desk:
    return desk(Role.LICENSING_OFFICER)


@pytest.fixture
def administrator(desk: Callable[..., Desk]) -> Desk:
    return desk(Role.ADMINISTRATOR)
