"""Sessions and feedback: what is recorded, and which values are mistakes."""

from typing import Any

import pytest

from client_sdk import ClientError, InvalidArgument, SessionEnded
from client_sdk.ids import uuid7
from tests.support.kits import Pc, workshop
from tests.support.simulator import Simulator, utc


def only(simulator: Simulator) -> dict[str, Any]:
    (report,) = simulator.counted().values()
    return report


def test_a_workshop_is_reported_as_the_contract_has_it(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    began = simulator.time
    with kit.session(mode="workshop", attendee_count=14) as session:
        session.play("film-1", seconds=400, completed=False)
        session.play("film-2", seconds=90.4)
        simulator.time += 2700
        session.play("film-1", seconds=12, completed=True)
        session.attendee_count = 15
    kit.sync()

    report = only(simulator)
    assert report.pop("id")[14] == "7"
    assert report == {
        "seq": 1,
        "type": "session",
        "mode": "workshop",
        "started_at": utc(began).replace("Z", "+00:00"),
        "duration_seconds": 2700,
        "attendee_count": 15,
        "items": [
            {"item": "film-1", "seconds": 412, "completed": True},
            {"item": "film-2", "seconds": 90, "completed": False},
        ],
    }


def test_individual_study_has_one_learner_who_stays_opaque(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    with kit.session(mode="individual"):
        pass
    with pc.kit().session(mode="individual", attendee_count=1):
        pass
    kit.sync()

    first, second = simulator.counted().values()
    assert first["attendee_count"] == 1
    assert first["learner"] == second["learner"]
    assert len(first["learner"]) == 22


def test_feedback_is_reported_as_the_contract_has_it(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    kit.give_feedback(rating=5)
    kit.sync()

    report = only(simulator)
    assert report.pop("id")
    assert report == {
        "seq": 1,
        "type": "feedback",
        "given_at": utc(simulator.time).replace("Z", "+00:00"),
        "rating": 5,
        "item": None,
        "comment": "",
    }


def test_a_session_that_is_over_is_recorded_at_once(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    pc.days_pass(1)
    kit.record_session(mode="workshop", attendee_count=9, plays=[("film-1", 600, True)])
    kit.sync()

    report = only(simulator)
    assert (report["duration_seconds"], report["started_at"][:19]) == (600, utc(simulator.time - 600)[:19])


def test_a_session_left_by_an_error_has_been_held(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()

    def crash() -> None:
        with kit.session(mode="workshop", attendee_count=2) as session:
            session.play("film-1", seconds=5)
            raise RuntimeError("the player crashed")

    with pytest.raises(RuntimeError):
        crash()
    kit.sync()

    assert only(simulator)["items"][0]["seconds"] == 5


def test_a_session_is_recorded_whatever_the_verdict(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    pc.days_pass(100)
    assert not kit.check().valid
    workshop(kit)

    assert kit.sync().sent == 1


@pytest.mark.parametrize("count", [0, 5001, -1, None, True, 3.0, "14"])
def test_a_headcount_out_of_bounds_is_a_mistake(pc: Pc, count: Any) -> None:
    kit = pc.kit()
    with pytest.raises(InvalidArgument) as raised:
        kit.session(mode="workshop", attendee_count=count)
    assert isinstance(raised.value, ValueError)
    assert isinstance(raised.value, ClientError)
    assert kit.status().queued == 0


@pytest.mark.parametrize("count", [1, 5000])
def test_the_bounds_themselves_are_fine(pc: Pc, simulator: Simulator, count: int) -> None:
    kit = pc.activated()
    workshop(kit, count)
    kit.sync()

    assert only(simulator)["attendee_count"] == count


@pytest.mark.parametrize(
    "arguments",
    [
        {"mode": "lecture", "attendee_count": 1},
        {"mode": None},
        {"mode": "individual", "attendee_count": 2},
        {"mode": "individual", "attendee_count": True},
    ],
)
def test_an_unknown_mode_is_a_mistake(pc: Pc, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"mode|attendee_count"):
        pc.kit().session(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"item": "", "seconds": 1},
        {"item": "x" * 65, "seconds": 1},
        {"item": "nul\x00", "seconds": 1},
        {"item": "lone \ud800", "seconds": 1},
        {"item": 7, "seconds": 1},
        {"item": "film-1", "seconds": -1},
        {"item": "film-1", "seconds": 86_401},
        {"item": "film-1", "seconds": float("nan")},
        {"item": "film-1", "seconds": True},
        {"item": "film-1", "seconds": "1"},
        {"item": "film-1", "seconds": 1, "completed": 1},
    ],
    ids=repr,
)
def test_a_play_out_of_bounds_is_a_mistake_and_spoils_nothing(
    pc: Pc, simulator: Simulator, arguments: dict[str, Any]
) -> None:
    kit = pc.activated()
    with kit.session(mode="workshop", attendee_count=2) as session:
        session.play("film-1", seconds=5)
        with pytest.raises(InvalidArgument):
            session.play(**arguments)
    kit.sync()

    assert only(simulator)["items"] == [{"item": "film-1", "seconds": 5, "completed": False}]


def test_a_session_holds_a_hundred_items(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    simulator.items = [f"film-{number}" for number in range(101)]
    with kit.session(mode="workshop", attendee_count=2) as session:
        for item in simulator.items[:100]:
            session.play(item, seconds=86_400)
        session.play(simulator.items[0], seconds=1)
        with pytest.raises(InvalidArgument):
            session.play(simulator.items[100], seconds=1)
    kit.sync()

    items = only(simulator)["items"]
    assert (len(items), items[0]["seconds"]) == (100, 86_400)


def test_nothing_is_recorded_after_the_end(pc: Pc) -> None:
    session = pc.kit().session(mode="workshop", attendee_count=2)
    session.end(attendee_count=3)
    session.end()

    with pytest.raises(SessionEnded):
        session.play("film-1", seconds=1)
    with pytest.raises(SessionEnded):
        session.attendee_count = 4
    assert session.attendee_count == 3


@pytest.mark.parametrize(
    "arguments",
    [
        {"rating": 0},
        {"rating": 6},
        {"rating": True},
        {"rating": 4.0},
        {"rating": 4, "comment": "x" * 2001},
        {"rating": 4, "comment": "\x00"},
        {"rating": 4, "comment": 7},
        {"rating": 4, "item": ""},
    ],
    ids=repr,
)
def test_feedback_out_of_bounds_is_a_mistake(pc: Pc, arguments: dict[str, Any]) -> None:
    kit = pc.kit()
    with pytest.raises(InvalidArgument):
        kit.give_feedback(**arguments)
    assert kit.status().queued == 0


@pytest.mark.parametrize(
    "arguments",
    [
        {"server": "ftp://example"},
        {"server": "licences.example"},
        {"server": ""},
        {"kit_id": ""},
        {"kit_version": None},
        {"root_key": {}},
        {"root_key": {"kty": "oct", "k": "c2VjcmV0"}},
        {"root_key": "JWK"},
    ],
    ids=repr,
)
def test_a_kit_built_wrongly_is_a_mistake(pc: Pc, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        pc.kit(**arguments)


def test_usage_reporting_is_on_or_off(pc: Pc) -> None:
    with pytest.raises(InvalidArgument):
        pc.kit().usage_reporting = "maybe"


def test_ids_are_uuids_of_version_7_in_the_order_of_time() -> None:
    ids = [uuid7(1_900_000_000 + n / 1000, lambda size: b"\xff" * size) for n in range(100)]

    assert ids == sorted(set(ids))
    assert {(one[14], one[19]) for one in ids} == {("7", "b")}
    assert int(ids[0].replace("-", "")[:12], 16) == 1_900_000_000_000
