"""`kit-client`: settings, output, exit codes."""

import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client_sdk import command, transport
from client_sdk.transport import UrllibTransport
from tests.support.simulator import KIT, SERVER, TOKEN, Simulator

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run the command in a directory with a kit.json; exit code, parsed JSON or text, stderr."""
    kit = {"server": SERVER, "kit_id": KIT, "kit_version": "1.0", "root_key": simulator.root_key}
    (tmp_path / "kit.json").write_text(json.dumps(kit))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIT_CLIENT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(UrllibTransport, "send", lambda self, request: simulator.send(request))
    monkeypatch.setattr("time.time", lambda: simulator.time)

    def run(*arguments: str) -> tuple[int, Any, str]:
        try:
            code = command.main(arguments)
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, json.loads(out) if "--json" in arguments else out, err

    return run


def test_a_kit_of_any_kind_can_do_all_of_it(run: Run, simulator: Simulator) -> None:
    assert run("--json", "status")[:2] == (1, run("status", "--json")[1])
    assert run("activate", TOKEN.lower()) == (0, "active: The kit may be used.\n", "")
    code, status, _ = run("status", "--json")
    assert (code, status["verdict"]["code"], status["organisation"]) == (0, "active", "Acme")
    plays = ["--play", "film-1:412:completed", "--play", "film-2:30.5"]
    assert run("session", "--mode", "workshop", "--attendee-count", "14", "--duration-seconds", "2700", *plays) == (
        0,
        "Recorded. Reports queued: 1.\n",
        "",
    )
    assert run("session", "--mode", "individual", "--json")[1]["queued"] == 2
    assert run("feedback", "--rating", "4", "--item", "film-1", "--comment", "Good.")[0] == 0
    code, result, _ = run("sync", "--json")
    assert (code, result["sent"], result["remaining"], result["reachable"]) == (0, 3, 0, True)
    first = next(iter(simulator.counted().values()))
    assert (first["attendee_count"], first["duration_seconds"]) == (14, 2700)
    assert first["items"] == [
        {"item": "film-1", "seconds": 412, "completed": True},
        {"item": "film-2", "seconds": 30, "completed": False},
    ]
    assert run("release")[0] == 0
    assert run("status")[0] == 1


def test_people_read_lines(run: Run, simulator: Simulator) -> None:
    run("activate", TOKEN)
    code, text, _ = run("status")
    assert (code, text.splitlines()[0]) == (0, "active: The kit may be used.")
    assert "  organisation: Acme" in text
    run("session", "--mode", "workshop", "--attendee-count", "2", "--play", "film-9:5")
    assert run("sync")[1] == (
        "The server answered. Reports sent: 1, still queued: 0. Reports rejected: 1.\nactive: The kit may be used.\n"
    )
    simulator.fail()
    assert run("sync")[:2] == (
        0,
        "The server was not reached. Reports sent: 0, still queued: 0.\n"
        "active: The kit may be used. (warning: no_answer)\n",
    )


def test_refusals_exit_1(run: Run, simulator: Simulator) -> None:
    assert run("activate", "WRONG")[0] == 1
    simulator.tokens.clear()
    assert run("activate", TOKEN, "--json")[:2] == (
        1,
        {"valid": False, "code": "token_unknown", "detail": "It is token_unknown.", "warnings": []},
    )
    simulator.fail()
    assert run("release")[0] == 1


def test_the_token_may_come_from_stdin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(TOKEN + "\n"))

    assert run("activate", "-")[0] == 0


def test_an_objection_is_heard(run: Run, simulator: Simulator) -> None:
    run("activate", TOKEN)
    assert run("sync", "--usage-reporting", "off")[0] == 0
    assert run("session", "--mode", "individual")[1] == "Not recorded: usage reporting is off.\n"
    assert simulator.received[-1]["usage_reporting"] == "off"


def test_nothing_recorded_is_said_and_exits_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")

    assert run("session", "--mode", "individual")[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["session"],
        ["session", "--mode", "lecture"],
        ["session", "--mode", "workshop"],
        ["session", "--mode", "workshop", "--attendee-count", "0"],
        ["session", "--mode", "workshop", "--attendee-count", "5001"],
        ["session", "--mode", "individual", "--play", "film-1"],
        ["session", "--mode", "individual", "--play", "film-1:long"],
        ["session", "--mode", "individual", "--play", "film-1:nan"],
        ["feedback", "--rating", "6"],
        ["status", "--server", "licences.example"],
        ["status", "--root-key", "no-such-file"],
        ["status", "--root-key", "{"],
        ["status", "--root-key", "{}"],
        ["status", "--config", "no-such-file"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2_and_says_why(run: Run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert err


def test_flags_beat_the_environment_beats_the_file(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, simulator: Simulator
) -> None:
    monkeypatch.setenv("KIT_CLIENT_KIT_ID", "from-environment")
    assert run("status", "--json")[1]["kit_id"] == "from-environment"
    assert run("status", "--json", "--kit-id", "from-flag")[1]["kit_id"] == "from-flag"
    listed = tmp_path / "keys.json"
    listed.write_text(json.dumps({"root": simulator.root_key, "signing": []}))
    assert run("status", "--root-key", str(listed))[0] == 1
    (tmp_path / "kit.json").unlink()
    code, _, err = run("status")
    assert (code, err.split(" (")[0]) == (2, "kit-client: missing: server, kit_version, root_key")


@pytest.mark.parametrize("content", ["[]", "{", '{"sever": "x"}', "\x80"])
def test_a_bad_kit_json_is_named(run: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "kit.json").write_bytes(content.encode("latin-1"))

    code, _, err = run("status")
    assert code == 2
    assert "kit.json" in err


def test_importing_reads_no_more_than_an_answer_may_hold(run: Run, tmp_path: Path) -> None:
    """Somebody names a film: gigabytes, and what they hold is no text."""
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.truncate(256 << 20)
    tracemalloc.start()
    code, said, _ = run("import", str(film))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (code, "not an answer to this kit" in said) == (1, True)
    assert most < 32 << 20
    assert run("import", str(tmp_path))[0] == 2


@pytest.mark.parametrize("note", ["{}", "[]", "[" * 100_000, '{"ids": 5}', "\0"])
def test_a_damaged_note_of_what_was_carried_out_stops_nothing(run: Run, tmp_path: Path, note: str) -> None:
    run("activate", TOKEN)
    assert run("export", str(tmp_path / "one.kit-request"))[0] == 0
    (written,) = (tmp_path / "state").rglob("carried/*.json")
    written.with_name("0.json").write_text(note)

    assert run("confirm", "12345678")[0] == 1
    assert run("import", str(tmp_path / "one.kit-request"))[0] == 1
    assert run("export", str(tmp_path / "two.kit-request"))[0] == 0


def test_the_installed_command_runs() -> None:
    installed = Path(sys.executable).with_name("kit-client")
    done = subprocess.run([installed, "--help"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert {"activate", "status", "session", "feedback", "sync", "release"} <= set(done.stdout.split())


def test_importing_takes_no_more_than_its_signatures_need() -> None:
    """Everything PyJWT does not import by itself has to be worth its while."""
    script = (
        "import sys, jwt, jwt.algorithms; before = set(sys.modules); import client_sdk; "
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before} - {'client_sdk'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert set(eval(done.stdout)) <= {"fcntl"}
    assert transport.TIMEOUT == 20.0
