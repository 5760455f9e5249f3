"""Killed at any instant, and several processes at once: every session recorded is reported, once."""

import itertools
import os
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from tests.support.kits import Pc
from tests.support.nursery import CONTEXT
from tests.support.simulator import Simulator


def record(state_dir: Path, mark: int, output: Connection, errors: Connection) -> None:
    """Hold sessions of `mark` people for ever and say what was recorded."""
    os.dup2(output.fileno(), 1)
    os.dup2(errors.fileno(), 2)
    kit = Pc(Simulator(), state_dir).kit(random_bytes=os.urandom)
    for number in itertools.count(1):
        with kit.session(mode="workshop", attendee_count=mark) as session:
            for seconds in (1, 2, 3):
                session.play("film-1", seconds=seconds)
                print("played", number, seconds, flush=True)
        print("ended", number, 0, flush=True)


class Recorder:
    """A process that records, until it is killed."""

    def __init__(self, pc: Pc, mark: int) -> None:
        (self._output, output), (self._errors, errors) = CONTEXT.Pipe(duplex=False), CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=record, args=(pc.state_dir, mark, output, errors), daemon=True)
        self._process.start()
        # Where the process alone holds them, what it writes has an end.
        output.close()
        errors.close()
        self.output = os.fdopen(self._output.fileno(), "rb", closefd=False)

    def kill(self) -> bytes:
        """Kill it; what it had said beyond what was read."""
        self._process.kill()
        self._process.join(30)
        rest = self.output.read()
        with self._output, self._errors, open(self._errors.fileno(), "rb", closefd=False) as errors:
            assert errors.read() == b""
        return rest


class Said:
    """What a recorder said it had recorded: sessions with a play, seconds played."""

    def __init__(self, recorder: Recorder, lines_before_kill: int, spin: int) -> None:
        lines = [recorder.output.readline() for _ in range(lines_before_kill)]
        # From microseconds to milliseconds later: anywhere within a write, a flush, a rename.
        for _ in range(spin):
            pass
        rest = recorder.kill()
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
    said = {mark: Said(Recorder(pc, mark), random.randrange(1, 40), random.randrange(60_000)) for mark in range(1, 31)}

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
    recorders = {mark: Recorder(pc, mark) for mark in (1, 2)}
    for recorder in recorders.values():
        assert recorder.output.readline()
    for _ in range(15):
        simulator.time += 1
        result = kit.sync()
        assert (result.reachable, result.rejected) == (True, 0)
    said = {mark: Said(recorder, 5, 0) for mark, recorder in recorders.items()}
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
