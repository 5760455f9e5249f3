"""Signing keys in the console: what is in force, and a rotation with the root key from the safe."""

import io
import logging
from typing import Any

import pytest

from licence_server.domain.roles import Role
from licence_server.private_keys import PrivateKey
from licence_server.services import keys
from tests.support.acts import verdict
from tests.support.deployment import PASSPHRASE, Deployment
from tests.support.desk import Desk, forms, words

PATH = "/console/signing-keys/rotate"


def root(deployment: Deployment) -> bytes:
    return deployment.runtime.config.root_key_file.read_bytes()


def rotate(desk: Desk, content: bytes, passphrase: str = PASSPHRASE) -> Any:
    return desk.submit(PATH, root_key=(io.BytesIO(content), "root-key.pem"), passphrase=passphrase)


def test_what_is_in_force(deployment: Deployment, administrator: Desk) -> None:
    listed = keys.list_keys(deployment.runtime)
    page = administrator.get("/console/signing-keys").text
    assert listed.root["kid"] in page
    assert listed.signing[0].kid in page
    assert "The root key still lies on this server" in page
    deployment.runtime.config.root_key_file.unlink()
    assert "still lies" not in administrator.get("/console/signing-keys").text


def test_a_keyset_near_its_end_is_said(deployment: Deployment, desk: Any) -> None:
    assert "ends on" not in desk(Role.ADMINISTRATOR).get("/console/signing-keys").text
    deployment.clock.advance(days=3 * 366 - 179)
    assert "The list of signing keys ends on" in desk(Role.ADMINISTRATOR).get("/console/signing-keys").text


def test_a_rotation_with_the_root_key_from_a_stick(
    deployment: Deployment, administrator: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    kit = deployment.installation()
    content = root(deployment)
    deployment.runtime.config.root_key_file.unlink()
    with caplog.at_level(logging.DEBUG):
        assert rotate(administrator, content).location == "/console/signing-keys"
    listed = keys.list_keys(deployment.runtime)
    assert (listed.keyset_version, len(listed.signing)) == (2, 2)
    assert "Signs no more" in administrator.get("/console/signing-keys").text
    assert verdict(kit.sync()) == "active"
    assert not deployment.runtime.config.root_key_file.exists(), "nothing of it is kept"
    assert PASSPHRASE not in caplog.text
    assert "PRIVATE KEY" not in caplog.text


def test_a_double_click_rotates_once(deployment: Deployment, administrator: Desk) -> None:
    form = next(f for f in forms(administrator.get(PATH).text) if "sign-out" not in f.action)
    for _ in range(2):
        file = (io.BytesIO(root(deployment)), "root-key.pem")
        fields = {**form.fields, "root_key": file, "passphrase": PASSPHRASE}
        assert administrator.post(PATH, fields).status_code == 302
    assert keys.list_keys(deployment.runtime).keyset_version == 2


def test_what_is_no_root_key_of_ours_is_refused(deployment: Deployment, administrator: Desk) -> None:
    foreign = PrivateKey.generate().pem(PASSPHRASE)
    for content, passphrase, fault in (
        (root(deployment), "wrong", "does not open the root key"),
        (b"holiday.jpg", PASSPHRASE, "does not open the root key"),
        (foreign, PASSPHRASE, "not the root of this deployment"),
    ):
        answer = rotate(administrator, content, passphrase)
        assert (answer.status_code, fault in words(answer.text)) == (403, True)
        assert PASSPHRASE not in answer.text
    assert keys.list_keys(deployment.runtime).keyset_version == 1


def test_nothing_chosen_is_said_at_its_field(administrator: Desk) -> None:
    answer = administrator.submit(PATH)
    assert answer.status_code == 422
    assert "Choose the file of the root key" in answer.text
    assert "Enter the passphrase of the root key" in answer.text


def test_guesses_at_the_passphrase_must_wait(deployment: Deployment, administrator: Desk) -> None:
    answers = [rotate(administrator, root(deployment), f"guess {n}").status_code for n in range(6)]
    assert answers == [403] * 5 + [429]
    assert rotate(administrator, root(deployment)).status_code == 429
    deployment.clock.advance(seconds=20)
    assert rotate(administrator, root(deployment)).status_code == 302
