"""PC clocks: wrong ones change nothing, ones put back are noticed."""

import json

import pytest

from tests.support.kits import HOUR, Pc, workshop
from tests.support.simulator import DAY, START, Simulator, utc

YEAR = 365 * DAY


@pytest.mark.parametrize("wrong_by", [0, 360, -360, 25 * HOUR, -25 * HOUR, 9 * YEAR, -9 * YEAR, -START + 100])
def test_a_clock_that_is_merely_wrong_neither_locks_nor_unlocks(pc: Pc, simulator: Simulator, wrong_by: float) -> None:
    pc.wrong_by = wrong_by
    kit = pc.activated()

    assert kit.check().code == "active"
    pc.days_pass(29)
    assert pc.kit().check().code == "active"
    pc.days_pass(2)
    assert pc.kit().check().code == "in_grace"
    pc.days_pass(30)
    assert pc.kit().check().code == "lease_expired"
    assert kit.sync().verdict.code == "active"


def test_a_clock_put_back_is_suspect_until_the_next_sync(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    pc.days_pass(20)
    assert kit.check().valid

    pc.wrong_by = -23 * HOUR
    assert kit.check().code == "active"
    pc.wrong_by = -25 * HOUR
    assert kit.check().code == "clock_suspect"
    assert pc.kit().check().code == "clock_suspect", "the highest time seen outlives the process"
    simulator.fail()
    assert kit.sync().verdict.code == "clock_suspect"
    assert kit.sync().verdict.code == "active"
    assert pc.kit().check().code == "active"


def test_a_clock_once_years_ahead_is_forgiven_by_a_sync(pc: Pc) -> None:
    kit = pc.activated()
    pc.wrong_by = 10 * YEAR
    assert kit.check().code == "lease_expired"
    pc.wrong_by = 0
    assert kit.check().code == "clock_suspect"

    assert kit.sync().verdict.code == "active"
    assert pc.kit().check().code == "active"


def test_checking_writes_the_highest_time_at_most_once_an_hour(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    mark = next(pc.state_dir.rglob("state.json")).with_name("highest-time")
    written = []
    for _ in range(240):
        simulator.time += 60
        kit.check()
        written.append(mark.read_text() if mark.exists() else "")

    assert len(set(written) - {""}) == 5, "once at first, then once in each of four hours"


def reported(simulator: Simulator) -> list[tuple[str, str, int]]:
    """sent_at, started_at and what the server's shift makes of it, in seconds after START."""
    found = []
    for body in simulator.received:
        for report in body["reports"]:
            found.append((body["sent_at"], report["started_at"], report["seq"]))
    return found


def happened(sent_at: str, started_at: str, received_at: float) -> float:
    """When the server will say it happened: START + seconds."""
    from datetime import datetime

    sent, started = (datetime.fromisoformat(text).timestamp() for text in (sent_at, started_at))
    shift = received_at - sent
    return started + (shift if abs(shift) > 300 else 0) - START


@pytest.mark.parametrize("wrong_by", [0, 9 * YEAR, -9 * YEAR])
def test_sessions_are_counted_when_they_were_held(pc: Pc, simulator: Simulator, wrong_by: float) -> None:
    """Before the first answer, after it, and both in one outbox."""
    pc.wrong_by = wrong_by
    workshop(pc.kit())
    pc.days_pass(1)
    kit = pc.activated()
    workshop(kit)
    pc.days_pass(1)

    assert kit.sync().sent == 2
    days = [happened(sent, started, simulator.time) / DAY for sent, started, _ in reported(simulator)]
    assert days == pytest.approx([0, 1], abs=0.001)


def test_a_clock_set_right_between_session_and_sync_does_no_harm(pc: Pc, simulator: Simulator) -> None:
    pc.wrong_by = -9 * YEAR
    kit = pc.activated()
    pc.days_pass(1)
    workshop(kit)
    pc.wrong_by = 0
    pc.days_pass(1)

    assert kit.sync().sent == 1
    assert [happened(sent, started, simulator.time) / DAY for sent, started, _ in reported(simulator)] == pytest.approx(
        [1]
    )


def test_an_empty_clock_battery_does_no_harm(pc: Pc, simulator: Simulator) -> None:
    """The clock falls back years; a workshop is held all the same, then another before the sync."""
    kit = pc.activated()
    pc.days_pass(3)
    workshop(kit)
    pc.wrong_by = -15 * YEAR
    pc.days_pass(1)
    kit = pc.kit()
    workshop(kit)

    assert kit.sync().sent == 2
    days = [happened(sent, started, simulator.time) / DAY for sent, started, _ in reported(simulator)]
    assert days == pytest.approx([3, 4], abs=0.001)


def test_the_time_sent_is_the_servers_time_as_learnt(pc: Pc, simulator: Simulator) -> None:
    pc.wrong_by = 5 * YEAR
    pc.activated().sync()

    assert simulator.received[-1]["sent_at"].startswith(utc(simulator.time)[:19])
    assert json.loads(simulator.requests[-1].body or b"")["reports"] == []
