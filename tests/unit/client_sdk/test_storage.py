"""Disks that fail, files that are damaged: nothing raises, nothing disappears."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from client_sdk import KitClient, paths
from tests.support.kits import Pc, workshop
from tests.support.simulator import KIT, SERVER, TOKEN, Simulator, problem


def state_file(pc: Pc) -> Path:
    return next(pc.state_dir.rglob("state.json"))


def test_an_unwritable_directory_degrades_to_memory_and_says_so(pc: Pc, simulator: Simulator) -> None:
    pc.state_dir.write_text("a file where the directory should be")
    kit = pc.kit()

    assert kit.check().warnings == ("no_storage",)
    assert kit.activate(TOKEN).valid
    assert (kit.check().code, kit.check().warnings) == ("active", ("no_storage",))
    workshop(kit, 3)
    kit.give_feedback(rating=3)
    assert kit.status().storage == "memory"
    result = kit.sync()

    assert (result.sent, result.remaining) == (2, 0)
    assert result.verdict.warnings == ("no_storage",)
    assert [one["seq"] for one in simulator.counted().values()] == [1, 2]
    workshop(kit, 4)
    kit.sync()
    assert [one["seq"] for one in simulator.counted().values()] == [1, 2, 3]


def test_rejected_reports_are_kept_aside_in_memory_too(pc: Pc) -> None:
    pc.state_dir.write_text("a file where the directory should be")
    kit = pc.activated()
    workshop(kit, item="film-9")
    kit.sync()

    assert (kit.status().rejected, kit.status().queued) == (1, 0)


def test_memory_moves_to_the_disk_when_that_works_again(pc: Pc, simulator: Simulator) -> None:
    pc.state_dir.write_text("a file where the directory should be")
    kit = pc.activated()
    workshop(kit)
    pc.state_dir.unlink()
    workshop(kit)
    kit.sync()

    assert kit.check().warnings == ()
    assert pc.kit().check().code == "active"
    assert sorted(one["seq"] for one in simulator.counted().values()) == [1, 2]


def test_a_full_disk_loses_no_session(pc: Pc, tmp_path: Path) -> None:
    """A real one, as far as a process can have it: every write beyond a limit fails."""
    pc.activated()
    script = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parents[3])!r})
from pathlib import Path
from tests.support.kits import Pc, workshop
from tests.support.simulator import Simulator
simulator = Simulator()
kit = Pc(simulator, Path({str(pc.state_dir)!r})).kit()
assert kit.check().code == "active"
session = kit.session(mode="workshop", attendee_count=7)
session.play("film-1", seconds=10)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
session.play("film-2", seconds=20)
session.end(attendee_count=8)
workshop(kit, 9)
kit.give_feedback(rating=2)
print(kit.check().code, kit.check().warnings, kit.status().queued)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)

    assert done.stdout == "active ('no_storage',) 3\n", done.stderr
    kit = pc.kit()
    assert kit.sync().sent == 1, "what reached the disk before it was full outlives the process"
    (report,) = pc.simulator.counted().values()
    assert (report["attendee_count"], [use["seconds"] for use in report["items"]]) == (7, [10])


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\x00" * 400, b'{"format": 1}', b'{"format": 2}'])
def test_a_damaged_state_is_set_aside_and_its_reports_are_not_lost(
    pc: Pc, simulator: Simulator, content: bytes
) -> None:
    kit = pc.activated()
    workshop(kit)
    state_file(pc).write_bytes(content)

    fresh = pc.kit()

    assert fresh.check().code == "unlicensed"
    assert fresh.status().damaged == ("state.json.damaged-1",)
    assert fresh.activate(TOKEN).valid
    assert fresh.sync().sent == 1
    assert len(simulator.installations) == 1, "the same installation, so the same seat"


@pytest.mark.parametrize("name", ["installation_id", "lease", "said", "offset", "roots", "former", "newest_iat"])
def test_a_member_of_another_type_is_damage(pc: Pc, name: str) -> None:
    pc.activated()
    state_file(pc).write_text(json.dumps(json.loads(state_file(pc).read_text()) | {name: True}))

    assert pc.kit().check().code == "unlicensed"


def test_a_damaged_report_is_set_aside_and_the_others_are_sent(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    for count in (1, 2, 3):
        workshop(kit, count)
    second = sorted(pc.state_dir.rglob("0*.json"))[1]
    second.write_bytes(second.read_bytes()[:40])

    assert kit.sync().sent == 2
    assert [name for name in kit.status().damaged if second.name in name]


def test_a_damaged_journal_is_set_aside(pc: Pc) -> None:
    kit = pc.activated()
    workshop(kit)
    directory = next(pc.state_dir.rglob("0*.json")).parent
    (directory / "live-x.jsonl").write_bytes(b"garbage\n")
    (directory / "live-y.jsonl").write_bytes(b'{"id": "cut sho')

    assert kit.sync().sent == 1
    assert pc.kit().status().damaged == ("live-x.jsonl.damaged-1",)
    assert not (directory / "live-y.jsonl").exists()


def test_a_state_that_cannot_be_read_just_now_is_never_overwritten(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    """A virus scanner holds the file, a network drive hiccups."""
    pc.activated()
    read_bytes, path = Path.read_bytes, state_file(pc)
    before = path.read_bytes()

    def refuse(self: Path) -> bytes:
        if self == path:
            raise PermissionError(13, "another program holds it")
        return read_bytes(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    kit = pc.kit()
    assert kit.check().code == "unlicensed"
    workshop(kit, 3)
    assert kit.check().warnings == ("no_storage",)
    monkeypatch.undo()

    assert path.read_bytes() == before
    assert pc.kit().check().code == "active"
    assert pc.kit().sync().sent == 1


def test_a_wiped_profile_is_a_new_installation(pc: Pc, simulator: Simulator) -> None:
    pc.activated()
    shutil.rmtree(pc.state_dir)

    assert pc.kit().check().code == "unlicensed"
    assert pc.activated().check().valid
    assert len(simulator.installations) == 2


def test_a_state_edited_by_hand_does_not_stretch_the_lease(pc: Pc) -> None:
    pc.activated()
    state = json.loads(state_file(pc).read_text())
    header, payload, signature = state["lease"].split(".")
    state["lease"] = f"{header}.{payload[:-4]}AAAA.{signature}"
    state_file(pc).write_text(json.dumps(state))

    assert pc.kit().check().code == "lease_invalid"


def test_another_process_change_is_seen_at_once(pc: Pc, simulator: Simulator) -> None:
    kit, other = pc.activated(), pc.kit()
    assert other.check().code == "active"
    simulator.verdict = (False, "licence_revoked")
    kit.sync()

    assert other.check().code == "licence_revoked"


def test_secrets_are_for_their_owner_alone(pc: Pc) -> None:
    pc.activated()

    assert state_file(pc).stat().st_mode & 0o077 == 0
    assert state_file(pc).parent.stat().st_mode & 0o077 == 0


def test_state_lives_where_the_system_keeps_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pc: Pc) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert paths.default_base() == tmp_path / "xdg" / "kit-client"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert paths.default_base() == tmp_path / ".local" / "state" / "kit-client"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert paths.default_base() == tmp_path / "Library" / "Application Support" / "kit-client"
    monkeypatch.setattr(sys, "platform", "win32")
    assert paths.default_base() == tmp_path / "local" / "kit-client"
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))

    KitClient(server=SERVER, kit_id=KIT, kit_version="1.0", root_key=pc.simulator.root_key)
    assert list((tmp_path / "xdg" / "kit-client").iterdir())


def test_reports_in_memory_follow_to_a_new_installation_too(pc: Pc, simulator: Simulator) -> None:
    pc.state_dir.write_text("a file where the directory should be")
    kit = pc.kit()
    workshop(kit)
    simulator.answer_with(problem(403, "installation_elsewhere"))
    assert kit.activate(TOKEN).valid

    result = kit.sync()

    assert (result.sent, result.remaining) == (1, 0)


def test_reports_of_an_id_that_was_never_activated_are_taken_over(pc: Pc, simulator: Simulator) -> None:
    """Two processes started at once on an empty directory, each with an id of its own."""
    workshop(pc.kit(), 3)
    (report,) = pc.state_dir.rglob("0*.json")
    shutil.copytree(report.parent, pc.state_dir / "kept")
    shutil.rmtree(report.parents[2])
    kit = pc.activated()
    workshop(kit, 4)
    own = state_file(pc).parent / "outbox"
    shutil.move(pc.state_dir / "kept", own / "01976f2e-7c00-7000-8000-00000000aaaa")

    assert kit.sync().sent == 2
    assert {one["seq"]: one["attendee_count"] for one in simulator.counted().values()} == {1: 4, 2: 3}
    assert kit.sync().sent == 0
