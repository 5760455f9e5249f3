"""API keys in the console: shown once, made once, ended at once."""

import re

import pytest

from licence_server.domain.roles import Role
from licence_server.services import api_keys
from tests.support.deployment import Deployment
from tests.support.desk import Desk, forms, words


def create(desk: Desk, **fields: object) -> object:
    return desk.submit("/console/api-keys/create", **{"name": "Dashboard", "scopes": ["read"], **fields})


def secret_of(text: str) -> str:
    return re.search(r"lsk_[A-Za-z0-9_-]+", text).group(0)


def asks(deployment: Deployment, secret: str, path: str) -> int:
    return deployment.client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_key_is_shown_once_and_does_what_was_chosen(deployment: Deployment, administrator: Desk) -> None:
    secret = secret_of(create(administrator, scopes=["read", "reports:read"]).text)
    assert asks(deployment, secret, "organisations") == 200
    assert asks(deployment, secret, "usage-summaries") == 200
    listed = administrator.get("/console/api-keys").text
    assert "Dashboard" in listed
    assert "Read usage figures" in listed
    assert secret not in listed


def test_a_double_click_makes_one_key(deployment: Deployment, administrator: Desk) -> None:
    form = next(f for f in forms(administrator.get("/console/api-keys/create").text) if "sign-out" not in f.action)
    fields = {**form.fields, "name": "Dashboard", "scopes": ["read"]}
    answers = [administrator.post("/console/api-keys/create", fields) for _ in range(2)]
    assert secret_of(answers[0].text) == secret_of(answers[1].text)
    assert len(api_keys.list_all(deployment.runtime)) == 1


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "x" * 101}, "longer than 100 characters"),
        ({"name": "a\x07b"}, "control character"),
        ({"scopes": []}, "Choose what the program may do"),
        ({"scopes": ["root"]}, "not"),
    ],
)
def test_what_is_missing_is_said(deployment: Deployment, administrator: Desk, fields: dict, fault: str) -> None:
    answer = create(administrator, **fields)
    assert (answer.status_code, fault in words(answer.text)) == (422, True)
    assert api_keys.list_all(deployment.runtime) == []


def test_a_revoked_key_is_refused_and_stays_in_the_list(deployment: Deployment, administrator: Desk) -> None:
    secret = secret_of(create(administrator).text)
    key = api_keys.list_all(deployment.runtime)[0]
    path = f"/console/api-keys/{key.id}/revoke"
    form = next(f for f in forms(administrator.get(path).text) if "sign-out" not in f.action)
    assert [administrator.post(path, form.fields).status_code for _ in range(2)] == [302, 302], "a double click"
    assert asks(deployment, secret, "organisations") == 401
    listed = administrator.get("/console/api-keys").text
    assert "Revoked on 2 March 2026" in listed
    assert path not in listed
    assert "It was revoked on" in administrator.get(path).text


def test_a_page_left_open_while_another_revoked_the_key(deployment: Deployment, administrator: Desk) -> None:
    create(administrator)
    key = api_keys.list_all(deployment.runtime)[0]
    path = f"/console/api-keys/{key.id}/revoke"
    form = next(f for f in forms(administrator.get(path).text) if "sign-out" not in f.action)
    api_keys.revoke(deployment.runtime, key.id, now=deployment.clock(), actor="another")
    stale = administrator.post(path, form.fields)
    assert (stale.status_code, "has been revoked already" in stale.text) == (409, True)


def test_keys_ask_for_the_password_again(deployment: Deployment, desk: object) -> None:
    administrator = desk(Role.ADMINISTRATOR)
    deployment.clock.advance(minutes=11)
    assert administrator.get("/console/api-keys").status_code == 200
    assert administrator.get("/console/api-keys/create").location.startswith("/console/again")
