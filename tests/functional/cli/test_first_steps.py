"""The command in a process of its own: from an empty directory to a working deployment.

The installed one where it works, where it refuses, and where a reader or a signal ends it.
"""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.databases import DatabaseServer
from tests.support.server import COMMAND, PASSPHRASE, Server, free_port


@pytest.fixture
def deployment_to_be(database_server: DatabaseServer, tmp_path: Path) -> Server:
    return Server(tmp_path, database_server.empty(), free_port())


def test_init_makes_everything_once(deployment_to_be: Server) -> None:
    deployment_to_be.installed = True
    first = deployment_to_be.run("init", "--admin-email", "admin@example.org", "--json")
    second = deployment_to_be.run("init", "--json")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    made, again = json.loads(first.stdout), json.loads(second.stdout)
    assert (made["created"], again["created"]) == (True, False)
    assert again["root_passphrase"] is None
    assert "Nothing was changed." in second.stderr
    assert (deployment_to_be.directory / "data").stat().st_mode & 0o077 == 0
    (deployment_to_be.directory / "written-down").write_text(made["root_passphrase"])
    deployment_to_be.json("keys", "rotate", "--root-passphrase-file", "written-down")


def test_the_passphrase_of_a_file_is_not_printed(deployment_to_be: Server) -> None:
    (deployment_to_be.directory / "passphrase").write_text(PASSPHRASE + "\n")

    done = deployment_to_be.run("init", "--root-passphrase-file", "passphrase")

    assert done.returncode == 0, done.stderr
    assert PASSPHRASE not in done.stdout + done.stderr
    assert "passphrase" not in done.stdout


def test_before_init_commands_say_what_is_missing(deployment_to_be: Server) -> None:
    before = deployment_to_be.run("organisations", "list")
    assert (before.returncode, before.stdout) == (1, "")
    assert before.stderr == "Error: There is no database here yet: run `licence-server init`. (not_initialised)\n"
    assert deployment_to_be.run("migrate").returncode == 0
    assert "Nothing was changed." in deployment_to_be.run("migrate").stdout
    migrated = deployment_to_be.run("licences", "list")
    assert migrated.returncode == 0
    assert "not_initialised" in deployment_to_be.run("keys", "list").stderr


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("WORKERS", "none"),
        ("TIMEZONE", "Mars/Olympus"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgresql://u:secret@h/d?nonsense=1"),
        ("WORKRES", "2"),
    ],
)
@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_a_bad_setting_is_one_clear_line(deployment_to_be: Server, setting: str, value: str) -> None:
    deployment_to_be.settings[setting] = value
    for command in (["serve"], ["organisations", "list"]):
        done = deployment_to_be.run(*command)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"Error: LICENCE_SERVER_{setting} ")
        assert done.stderr.endswith("(config_invalid)\n")
        assert done.stderr.count("\n") == 1
        assert "secret" not in done.stderr


@pytest.mark.parametrize(
    ("address", "word"),
    [("postgresql://127.0.0.1:1/none", "database_unavailable"), ("sqlite:////proc/none/x.db", "database_unavailable")],
)
@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_a_database_that_is_not_there_is_one_clear_line(deployment_to_be: Server, address: str, word: str) -> None:
    deployment_to_be.database_url = address
    for command in ("init", "serve", "migrate"):
        done = deployment_to_be.run(command)
        assert done.returncode == 1
        assert done.stderr.endswith(f"({word})\n")
        assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_a_file_that_is_no_database_is_one_clear_line(deployment_to_be: Server) -> None:
    deployment_to_be.installed = True
    path = deployment_to_be.directory / "notes.db"
    path.write_text("not a database" * 1000)
    deployment_to_be.database_url = f"sqlite:///{path}"

    done = deployment_to_be.run("init")

    assert done.returncode == 1
    assert done.stderr == "Error: The database refused: file is not a database (database_refused)\n"


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_a_reader_that_has_had_enough_is_no_fault(deployment_to_be: Server) -> None:
    deployment_to_be.init()
    rows = "\n".join(f"Organisation {number}" for number in range(5000))
    (deployment_to_be.directory / "many.csv").write_text(f"name\n{rows}\n")
    assert deployment_to_be.run("organisations", "import", "many.csv").returncode == 0

    for options in ("", "--json"):
        done = subprocess.run(
            f"'{COMMAND}' organisations list {options} | head -1",
            shell=True,
            # Unbuffered, Python writes only once, and so never hears that the reader is gone.
            env={**deployment_to_be.environ, "PYTHONUNBUFFERED": ""},
            cwd=deployment_to_be.directory,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_ctrl_c_is_no_traceback(deployment_to_be: Server) -> None:
    deployment_to_be.init()
    fifo = deployment_to_be.directory / "slow.csv"
    os.mkfifo(fifo)
    with (
        subprocess.Popen(
            [COMMAND, "organisations", "import", str(fifo)],
            env=deployment_to_be.environ,
            cwd=deployment_to_be.directory,
            stderr=subprocess.PIPE,
            text=True,
            # A run started in the background hands on that Ctrl-C is to be ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process,
        fifo.open("w"),
    ):
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "Traceback" not in said
