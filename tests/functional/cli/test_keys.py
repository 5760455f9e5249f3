"""The key ceremony, and keys for programs."""

import json
from pathlib import Path

from tests.functional.cli.conftest import Shell
from tests.support.deployment import PASSPHRASE


def test_keys_are_listed_as_outside_programs_expect(shell: Shell) -> None:
    listed = shell.json("keys", "list")

    assert set(listed) == {"root", "signing"}
    assert {"kty", "crv", "x", "y", "kid"} <= set(listed["root"])
    assert set(listed["signing"][0]) == {"kid", "created_at", "retires_at"}
    assert listed["signing"][0]["kid"] in shell.run("keys", "list").stdout


def test_a_rotation_needs_the_root_and_its_passphrase(shell: Shell) -> None:
    right, wrong = shell.write("right", f"{PASSPHRASE}\r\n"), shell.write("wrong", "guess")
    root: Path = shell.directory / "data" / "root-key.pem"

    shell.refused("root_key_locked", "keys", "rotate", "--root-passphrase-file", wrong)
    shell.clock.advance(hours=1)
    rotated = shell.json("keys", "rotate", "--root-passphrase-file", right)

    assert [key["retires_at"] is None for key in rotated["signing"]] == [False, True]
    away = root.rename(shell.directory / "taken-away.pem")
    shell.refused("root_key_missing", "keys", "rotate", "--root-passphrase-file", right)
    assert len(shell.json("keys", "rotate", "--root-key", away, "--root-passphrase-file", right)["signing"]) == 3
    assert "give --root-passphrase-file" in shell.misused("keys", "rotate").stderr
    for unfit in (b"", b"\xff", b"two\nlines", b"x" * 2000):
        shell.misused("keys", "rotate", "--root-passphrase-file", shell.write("unfit", unfit))
    shell.misused("keys", "rotate", "--root-passphrase-file", shell.directory / "none")


def test_a_change_of_root_is_signed_by_the_old_one(shell: Shell) -> None:
    right, new = shell.write("right", PASSPHRASE), shell.directory / "new-root.pem"
    old = shell.json("keys", "list")["root"]["kid"]

    changed = shell.json("keys", "change-root", new, "--root-passphrase-file", right)

    assert changed["root"]["kid"] != old
    made_up = shell.write("made-up", changed["root_passphrase"])
    shell.refused("root_key_foreign", "keys", "rotate", "--root-passphrase-file", right)
    rotated = shell.run("keys", "rotate", "--root-key", new, "--root-passphrase-file", made_up)
    assert rotated.exit_code == 0
    shell.refused("root_key_exists", "keys", "change-root", new, "--root-key", new, "--root-passphrase-file", made_up)


def test_an_api_key_is_shown_once_and_works_until_revoked(shell: Shell) -> None:
    created = shell.json("api-keys", "create", "The register", "--scope", "read", "reports:read")

    assert created["scopes"] == ["read", "reports:read"]
    assert created["api_key"] not in json.dumps(shell.json("api-keys", "list"))
    assert [key["id"] for key in shell.json("api-keys", "list")["items"]] == [created["id"]]
    assert shell.json("api-keys", "revoke", created["id"])["revoked_at"] == "2026-03-02T09:00:00Z"
    shell.refused("api_key_revoked", "api-keys", "revoke", created["id"])
    shell.misused("api-keys", "create", "No scope")
    shell.misused("api-keys", "create", "Wrong scope", "--scope", "everything")
    shell.refused("text_invalid", "api-keys", "create", " ", "--scope", "read")
