"""What ends sessions that are open, in whatever browser."""

from collections.abc import Callable

import pytest

from licence_server.domain.roles import Role
from licence_server.models import Person
from licence_server.services import people
from tests.support.deployment import ACTOR, Deployment
from tests.support.desk import Desk

Act = Callable[[Deployment, Person], object]

ENDS_ALL: dict[str, Act] = {
    "reset": lambda here, one: people.reset(here.runtime, one.email, now=here.clock(), actor=ACTOR),
    "invited again": lambda here, one: people.invite_again(here.runtime, one.id, now=here.clock(), actor=ACTOR),
    "removed": lambda here, one: people.remove(here.runtime, one.id, now=here.clock(), actor=ACTOR),
    "another role": lambda here, one: people.change_role(
        here.runtime, one.id, Role.LICENSING_OFFICER, now=here.clock(), actor=ACTOR
    ),
}


def is_in(somebody: Desk) -> bool:
    return not (somebody.get("/console/account").location or "").startswith("/console/sign-in")


@pytest.mark.parametrize("act", ENDS_ALL.values(), ids=list(ENDS_ALL))
def test_what_is_done_to_a_member_ends_every_session_of_theirs_and_no_other(
    deployment: Deployment, desk: Callable[..., Desk], act: Act
) -> None:
    here, elsewhere = desk(Role.VIEWER), desk(Role.VIEWER)
    colleague = desk(Role.VIEWER, "colleague@example.org")
    assert all(map(is_in, (here, elsewhere, colleague)))
    person = next(row for row in people.list_all(deployment.runtime) if row.email == "viewer@example.org")
    act(deployment, person)
    assert [is_in(one) for one in (here, elsewhere, colleague)] == [False, False, True]


def test_a_new_password_ends_the_other_sessions(deployment: Deployment, desk: Callable[..., Desk]) -> None:
    here, elsewhere = desk(Role.VIEWER), desk(Role.VIEWER)
    new = "plum lantern orbit seven"
    assert here.submit("/console/account/password", password=new, again=new).status_code == 302
    assert [is_in(one) for one in (here, elsewhere)] == [True, False]
