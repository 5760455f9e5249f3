"""Killed at any instant, disks that fail: what was shown can be confirmed, what was recorded is counted once."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from licence_server.services import keys
from tests.support.carried import ADDRESS, carried_back, claims_of, offline_kit, scan
from tests.support.deployment import KIT_ID, Deployment

ROOT = Path(__file__).parents[3]

RECORDER = """
import json, sys
from client_sdk import KitClient
kit = KitClient(**json.loads(sys.argv[1]))
while True:
    kit.record_session(mode="workshop", attendee_count=1, plays=[("film-1", 60, True)])
    print("recorded", flush=True)
    for code in kit.export_codes()[-2:]:
        print(code, flush=True)
"""


def test_kill_9_at_any_instant_forgets_no_code_that_was_shown(deployment: Deployment, tmp_path: Path) -> None:
    kit = offline_kit(deployment, tmp_path / "pc")
    assert kit.import_response(carried_back(deployment, kit.export_activation(deployment.token()))).valid
    arguments = {
        "server": ADDRESS,
        "kit_id": KIT_ID,
        "kit_version": "1.0",
        "root_key": keys.list_keys(deployment.runtime).root,
        "state_dir": str(tmp_path / "pc"),
    }
    random, recorded = Random(3), 0
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", RECORDER, json.dumps(arguments)], cwd=ROOT, stdout=subprocess.PIPE, bufsize=0
        )
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(random.randrange(4, 30))]
        for _ in range(random.randrange(200_000)):
            pass
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=30)
        whole = [line.decode().strip() for line in [*lines, *rest.splitlines(keepends=True)] if line.endswith(b"\n")]
        recorded += whole.count("recorded")

        restarted = offline_kit(deployment, tmp_path / "pc")
        for code in whole:
            if code != "recorded":
                assert restarted.confirm(scan(deployment, code))
    while (result := restarted.import_response(carried_back(deployment, restarted.export_message()))).remaining:
        assert result.accepted

    report = deployment.report()
    # Each kill may have cut off the word of one session that was recorded.
    assert recorded <= report["sessions"]["workshop"] <= recorded + 4
    assert report["reports"]["rejected"] == report["reports"]["missing"] == 0
    deployment.assert_totals_agree()


@pytest.fixture
def no_disk(tmp_path: Path) -> Path:
    """A place where no state can be kept."""
    (tmp_path / "pc").write_text("a file where the directory should be")
    return tmp_path / "pc"


def test_without_a_disk_everything_works_until_the_process_ends(deployment: Deployment, no_disk: Path) -> None:
    kit = offline_kit(deployment, no_disk)
    result = kit.import_response(carried_back(deployment, kit.export_activation(deployment.token())))
    assert (result.valid, result.verdict.warnings) == (True, ("no_storage",))
    kit.record_session(mode="individual")
    kit.give_feedback(rating=4)

    (code,) = kit.export_codes()
    assert "learner" not in claims_of(code.partition("#")[2])["reports"][0]
    assert kit.confirm(scan(deployment, code))
    assert kit.import_response(carried_back(deployment, kit.export_message())).sent == 1

    assert kit.status().queued == 0
    assert deployment.report()["sessions"]["individual"] == 1
    assert deployment.report()["reports"]["missing"] == 0


def test_what_was_carried_out_long_ago_is_forgotten_without_harm(
    deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client_sdk.outgoing.MOST", 3)
    kit = offline_kit(deployment, tmp_path / "pc")
    kit.import_response(carried_back(deployment, kit.export_activation(deployment.token())))
    kit.record_session(mode="workshop", attendee_count=14)
    first = kit.export_codes()[0]
    for _ in range(3):
        deployment.clock.advance(hours=1)
        last = kit.export_codes()[0]
    kept = claims_of(last.partition("#")[2])["jti"]
    damaged = [path for path in (tmp_path / "pc").rglob("carried/*.json") if path.stem != kept]
    assert len(damaged) == 2
    for path in damaged:
        path.write_text("{")

    assert not kit.confirm(scan(deployment, first))
    assert kit.confirm(scan(deployment, last))
    assert deployment.report()["attendances"] == 14
