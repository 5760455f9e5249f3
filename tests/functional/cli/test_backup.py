"""A deployment is backed up, lost and restored, on the same kind of database and on the other."""

import stat
from pathlib import Path

import pytest

from licence_server.services import audit, restores
from tests.functional.cli.conftest import Shell, empty_shell
from tests.support.databases import DatabaseServer, PostgresqlServer, SqliteServer
from tests.support.deployment import Deployment, workshop


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("a long and quiet word\n")
    return path


@pytest.fixture
def other_server(database_server: DatabaseServer, request: pytest.FixtureRequest, tmp_path: Path) -> DatabaseServer:
    """A database of the kind that the deployment is not."""
    if database_server.name == "postgresql":
        return SqliteServer(tmp_path)
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return server


def figures(shell: Shell) -> object:
    return shell.json("report"), shell.json("keys", "list"), shell.json("licences", "list")


def test_a_restored_deployment_goes_on_where_the_other_was(
    shell: Shell, other_server: DatabaseServer, tmp_path: Path, passphrase: Path
) -> None:
    assert shell.deployment is not None
    token = shell.deployment.token()
    # More rows than a colliding insert would be tried again.
    kit = [shell.deployment.installation(token) for _ in range(12)][-1]
    kit.sync(workshop(shell.clock()))
    file, data = tmp_path / "backup.age", tmp_path / "other" / "data"

    made = shell.json("backup", file, "--passphrase-file", passphrase)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made["audit_head"] == shell.json("audit", "verify")["head"]
    [newest] = audit.list_entries(shell.deployment.runtime, limit=1, cursor=None).items
    assert (newest.action, newest.actor[:4]) == ("backup_made", "cli:")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    shell.refused("backup_exists", "backup", file, "--passphrase-file", passphrase)
    shell.refused("database_not_empty", "restore", file, "--passphrase-file", passphrase)

    restored = empty_shell(other_server, tmp_path / "other")
    done = restored.json("restore", file, "--passphrase-file", passphrase)

    assert done["audit_head"] == made["audit_head"]
    assert restored.json("audit", "verify", "--head", made["audit_head"])["head"] == made["audit_head"]
    assert restored.json("usage", "verify")["agree"]
    assert figures(restored) == figures(shell)
    assert not (data / "root-key.pem").exists()
    assert stat.S_IMODE((data / "secret-key.txt").stat().st_mode) == 0o600
    restored.refused("database_not_empty", "restore", file, "--passphrase-file", passphrase)

    # Kits notice nothing, and new rows find their numbers.
    shell.deployment.close()
    revived = Deployment(tmp_path / "other", restored.environ["LICENCE_SERVER_DATABASE_URL"])
    kit.deployment = revived
    answer = kit.sync(workshop(shell.clock(), 2)).json
    assert answer is not None
    assert (answer["verdict"]["code"], answer["results"][0]["status"]) == ("active", "accepted")
    assert revived.installation(token).sync().status_code == 200
    revived.close()


def test_an_interrupted_restore_can_be_run_again(
    shell: Shell,
    database_server: DatabaseServer,
    tmp_path: Path,
    passphrase: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell.granted()
    file = tmp_path / "backup.age"
    shell.json("backup", file, "--passphrase-file", passphrase)
    restored = empty_shell(database_server, tmp_path / "restored")
    write_files = restores._write_files

    def interrupted(*arguments: object) -> None:
        write_files(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(restores, "_write_files", interrupted)
    assert restored.run("restore", file, "--passphrase-file", passphrase).exit_code == 1
    assert "not_initialised" in restored.run("keys", "list").stderr
    monkeypatch.undo()

    restored.environ["LICENCE_SERVER_PUBLIC_URL"] = "https://elsewhere.example"
    again = restored.run("restore", file, "--passphrase-file", passphrase)

    assert again.exit_code == 0
    assert "Warning: PUBLIC_URL is https://elsewhere.example" in again.stderr
    assert len(restored.json("licences", "list")["items"]) == 1


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_a_backup_that_does_not_fit_restores_nothing(
    shell: Shell, database_server: DatabaseServer, tmp_path: Path, passphrase: Path
) -> None:
    file = tmp_path / "backup.age"
    shell.json("backup", file, "--passphrase-file", passphrase)
    wrong, cut = shell.write("wrong", "another word"), shell.write("cut", file.read_bytes()[:-20])
    empty = empty_shell(database_server, tmp_path / "empty")
    signing_keys = tmp_path / "empty" / "data" / "signing-keys.pem"

    empty.refused("passphrase_wrong", "restore", file, "--passphrase-file", wrong)
    empty.refused("backup_damaged", "restore", cut, "--passphrase-file", passphrase)
    empty.refused("backup_unknown", "restore", wrong, "--passphrase-file", passphrase)
    empty.environ["LICENCE_SERVER_TIMEZONE"] = "Europe/Berlin"
    empty.refused("config_invalid", "restore", file, "--passphrase-file", passphrase)
    del empty.environ["LICENCE_SERVER_TIMEZONE"]
    signing_keys.write_text("another's")
    empty.refused("key_file_exists", "restore", file, "--passphrase-file", passphrase)

    assert [path.name for path in signing_keys.parent.iterdir()] == ["signing-keys.pem"]
    assert signing_keys.read_text() == "another's"
    assert "not_initialised" in empty.run("keys", "list").stderr


def test_nobody_to_ask_for_the_passphrase_is_wrong_usage(shell: Shell, tmp_path: Path) -> None:
    assert "give --passphrase-file" in shell.misused("backup", tmp_path / "b").stderr
    assert not (tmp_path / "b").exists()
    nowhere = tmp_path / "none" / "b"
    shell.refused("system_refused", "backup", nowhere, "--passphrase-file", shell.write("p", "word"))
