"""Killed at any instant, and several processes at once: every session recorded is reported, once."""

import signal
import subprocess
import sys
from pathlib import Path
from random import Random

from tests.support.kits import Pc
from tests.support.simulator import Simulator

ROOT = Path(__file__).parents[3]

RECORDER = """
import sys
from pathlib import Path
from tests.support.kits import Pc
from tests.support.simulator import Simulator
kit = Pc(Simulator(), Path(sys.argv[1])).kit(random_bytes=__import__("os").urandom)
number = 0
while True:
    number += 1
    with kit.session(mode="workshop", attendee_count=int(sys.argv[2])) as session:
        for seconds in (1, 2, 3):
            session.play("film-1", seconds=seconds)
            print("played", number, seconds, flush=True)
    print("ended", number, 0, flush=True)
"""


def recorder(pc: Pc, mark: int) -> subprocess.Popen[bytes]:
    """A process that holds sessions of `mark` people for ever and says what it has recorded."""
    return subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(pc.state_dir), str(mark)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # What readline() has not returned must still be there for communicate().
    )


class Said:
    """What a recorder said it had recorded: sessions with a play, seconds played."""

    def __init__(self, process: subprocess.Popen[bytes], lines_before_kill: int, spin: int) -> None:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(lines_before_kill)]
        # From microseconds to milliseconds later: anywhere within a write, a flush, a rename.
        for _ in range(spin):
            pass
        process.send_signal(signal.SIGKILL)
        rest, errors = process.communicate(timeout=30)
        assert errors == b""
        whole = [line.split() for line in [*lines, *rest.splitlines(keepends=True)] if line.endswith(b"\n")]
        self.sessions = len({number for _, number, _ in whole})
        self.seconds = sum(int(seconds) for _, _, seconds in whole)


def assert_all_arrived(simulator: Simulator, mark: int, said: Said) -> None:
    """Everything said was reported; beyond it, at most the one step under way when the process died."""
    reports = [one for one in simulator.counted().values() if one["attendee_count"] == mark]
    seconds = sum(use["seconds"] for one in reports for use in one["items"])

    assert said.sessions <= len(reports) <= said.sessions + 1
    assert said.seconds <= seconds <= said.seconds + 3


def test_kill_9_at_any_instant_loses_no_recorded_session(pc: Pc, simulator: Simulator) -> None:
    pc.activated()
    random = Random(5)
    said = {mark: Said(recorder(pc, mark), random.randrange(1, 40), random.randrange(60_000)) for mark in range(1, 31)}

    kit = pc.kit()
    result = kit.sync()

    assert (result.remaining, result.rejected, result.set_aside) == (0, 0, 0)
    assert kit.status().damaged == ()
    for mark, one in said.items():
        assert_all_arrived(simulator, mark, one)
    numbers = sorted(one["seq"] for one in simulator.counted().values())
    assert numbers == list(range(1, len(numbers) + 1)), "none missing, none twice"


def test_two_processes_and_a_third_that_syncs_lose_nothing_and_corrupt_nothing(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    processes = {mark: recorder(pc, mark) for mark in (1, 2)}
    for process in processes.values():
        assert process.stdout is not None
        assert process.stdout.readline()
    for _ in range(15):
        simulator.time += 1
        result = kit.sync()
        assert (result.reachable, result.rejected) == (True, 0)
    said = {mark: Said(process, 5, 0) for mark, process in processes.items()}
    for one in said.values():
        # The line read above, before Said began to count, was the first play of the first session.
        one.seconds += 1

    result = kit.sync()

    assert (result.remaining, result.rejected, kit.status().damaged) == (0, 0, ())
    for mark, one in said.items():
        assert_all_arrived(simulator, mark, one)
    numbers = sorted(one["seq"] for one in simulator.counted().values())
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_live_session_of_another_process_is_left_alone(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    session = kit.session(mode="workshop", attendee_count=3)
    session.play("film-1", seconds=5)

    assert pc.kit().sync().sent == 0
    session.end()
    assert pc.kit().sync().sent == 1
    assert len(simulator.counted()) == 1


def test_a_kill_between_report_and_journal_reports_once(pc: Pc, simulator: Simulator) -> None:
    """The instant that matters most, made by hand: the report is queued, the journal still lies there."""
    kit = pc.activated()
    session = kit.session(mode="workshop", attendee_count=3)
    journal = next(pc.state_dir.rglob("live-*.jsonl"))
    content = journal.read_bytes()
    session.end()
    journal.write_bytes(content)

    assert pc.kit().status().queued == 1
    assert not journal.exists()
    assert kit.sync().sent == 1
    assert kit.sync().sent == 0
