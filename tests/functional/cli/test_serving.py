"""`serve`: many at once on an empty database, before and after `init`, and what it logs."""

import json
import os
import re
import socket
import subprocess
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from licence_server.database import Database
from tests.support.databases import DatabaseServer
from tests.support.server import COMMAND, PASSPHRASE, Server, free_port


def ready(server: Server) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"{server.url}/readyz", timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_servers_start_together_on_an_empty_database(database_server: DatabaseServer, tmp_path: Path) -> None:
    url = database_server.empty()
    servers = []
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        servers.append(Server(tmp_path / str(number), url, free_port(), workers=1))
    with ThreadPoolExecutor() as together:
        list(together.map(Server.start, servers))
    try:
        for server in servers:
            status, document = ready(server)
            assert status == 503
            assert "licence-server init" in str(document["problems"])
    finally:
        for server in servers:
            server.stop()


def test_init_reaches_a_server_that_is_running(database_server: DatabaseServer, tmp_path: Path) -> None:
    server = Server(tmp_path, database_server.empty(), free_port(), installed=True)
    server.start()
    try:
        assert ready(server)[0] == 503
        assert (
            "Warning: This server has no keys yet: run `licence-server init`." in (tmp_path / "server.log").read_text()
        )
        server.init()
        assert ready(server) == (200, {"status": "ready", "problems": [], "warnings": []})
    finally:
        server.stop()


def test_a_server_that_moved_says_that_kits_will_not_believe_it(
    database_server: DatabaseServer, tmp_path: Path
) -> None:
    server = Server(tmp_path, database_server.empty(), free_port(), workers=1)
    server.init()
    before, server.port = server.url, free_port()
    server.start()
    try:
        _, document = ready(server)
        assert f"published for {before}, but kits are now told {server.url}" in str(document["warnings"])
        assert "they will believe no answer" in (tmp_path / "server.log").read_text()
        passphrase = tmp_path / "passphrase"
        passphrase.write_text(PASSPHRASE)
        server.json("keys", "rotate", "--root-passphrase-file", str(passphrase))
        assert ready(server)[1]["warnings"] == []
    finally:
        server.stop()


def test_the_log_points_to_nobody(server: Server) -> None:
    urllib.request.urlopen(f"{server.url}/api/v1/keyset?token=SECRET-QUERY", timeout=10).close()
    urllib.request.urlopen(f"{server.url}/metrics", timeout=10).close()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{server.url}/SECRET-PATH", timeout=10)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"SECRET-GARBAGE\r\n\r\n")
        assert b"400" in connection.recv(1000)

    server.stop()
    log = (server.directory / "server.log").read_text()

    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {"/api/v1/keyset", "/metrics", None} <= {line["route"] for line in lines}
    assert set(lines[0]) == {"time", "method", "route", "status", "ms"}
    assert "not valid HTTP" in log
    assert "SECRET" not in log
    assert "127.0.0.1" not in re.sub(r"Listening at: \S+", "", log)
    assert "Traceback" not in log


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
def test_without_standard_output_nothing_else_gets_the_log(database_server: DatabaseServer, tmp_path: Path) -> None:
    # SQLite never lets a file be descriptor 1; with PostgreSQL the next one that is opened is.
    server = Server(tmp_path, database_server.migrated(), free_port(), workers=1)
    server.init()
    command = ["sh", "-c", 'exec "$0" serve >&-', COMMAND]
    with (tmp_path / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            command, env=server.environ, cwd=tmp_path, stdin=subprocess.DEVNULL, stderr=stderr, start_new_session=True
        )
    try:
        server.await_answers(process, tmp_path / "stderr")
        assert ready(server)[0] == 200
        (lock,) = tmp_path.glob("licence-server-metrics-*/lock")
        assert lock.read_bytes() == b""
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in (tmp_path / "stderr").read_text()


def test_a_database_of_another_release_is_refused(database_server: DatabaseServer, tmp_path: Path) -> None:
    server = Server(tmp_path, database_server.migrated(), free_port())
    server.init()
    database = Database(server.database_url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    database.close()

    refused = server.run("serve")

    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: The database is at revision 0000, this release needs ")
    assert refused.stderr.endswith("(database_outdated)\n")


def test_settings_that_do_not_fit_the_deployment_stop_the_start(
    database_server: DatabaseServer, tmp_path: Path
) -> None:
    server = Server(tmp_path, database_server.migrated(), free_port())
    server.init()
    (tmp_path / ".env").write_text("LICENCE_SERVER_TIMEZONE=Europe/Berlin\n")
    assert "cannot be changed" in server.run("serve").stderr
    (tmp_path / ".env").unlink()
    (tmp_path / "data" / "signing-keys.pem").unlink()

    refused = server.run("serve")

    assert refused.returncode == 1
    assert "signing-keys.pem cannot be read" in refused.stderr


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_metrics_leave_nothing_behind(database_server: DatabaseServer, tmp_path: Path) -> None:
    # Both have tmp_path for their temporary files.
    server, other = (Server(tmp_path, database_server.empty(), free_port(), workers=1) for _ in range(2))
    server.start()
    (killed,) = tmp_path.glob("licence-server-metrics-*")
    assert list(killed.glob("*.db"))
    server.kill()

    server.start()
    assert killed.exists(), "one so young may belong to a server that is starting"
    (held,) = set(tmp_path.glob("licence-server-metrics-*")) - {killed}
    for directory in (killed, held):
        os.utime(directory / "lock", (0, 0))
    other.start()
    assert (killed.exists(), held.exists()) == (False, True)

    other.stop()
    server.stop()
    assert list(tmp_path.glob("licence-server-metrics-*")) == []


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_an_address_that_is_taken_is_one_clear_line(database_server: DatabaseServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = Server(tmp_path, database_server.empty(), taken.getsockname()[1])
        refused = server.run("serve")

    assert refused.returncode == 1
    assert refused.stderr == (
        f"Error: LICENCE_SERVER_BIND cannot be listened on: 127.0.0.1:{server.port}, Address already in use. "
        "(config_invalid)\n"
    )
