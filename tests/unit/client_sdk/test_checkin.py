"""Checking in: what is sent, what is believed, what is kept."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from client_sdk import Response
from client_sdk.errors import NoAnswer
from tests.support.kits import HOUR, Pc, workshop
from tests.support.signer import SigningKey
from tests.support.simulator import DAY, START, Simulator, problem

HTML = {"content-type": "text/html"}
JSON = {"content-type": "application/json"}


def edited(change: Callable[[dict[str, Any]], Any]) -> Callable[[Response], Response]:
    """The true answer with its document changed."""

    def edit(response: Response) -> Response:
        document = json.loads(response.body)
        change(document)
        return replace(response, body=json.dumps(document).encode())

    return edit


def test_reports_arrive_once_with_numbers_that_count_up(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    for count in (3, 4, 5):
        workshop(kit, count)
    kit.give_feedback(rating=4, item="film-1", comment="Good.")

    result = kit.sync()

    assert (result.sent, result.remaining, result.reachable, result.verdict.code) == (4, 0, True, "active")
    reports = list(simulator.counted().values())
    assert [one["seq"] for one in reports] == [1, 2, 3, 4]
    assert [one.get("attendee_count") for one in reports] == [3, 4, 5, None]
    assert kit.sync().sent == 0
    workshop(pc.kit())
    assert pc.kit().sync().sent == 1
    assert sorted(one["seq"] for one in simulator.counted().values()) == [1, 2, 3, 4, 5]


def test_a_kit_never_activated_does_not_ask(pc: Pc, simulator: Simulator) -> None:
    kit = pc.kit()
    workshop(kit)
    result = kit.sync()

    assert (result.sent, result.remaining, result.verdict.code, result.reachable) == (0, 1, "unlicensed", False)
    assert simulator.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        NoAnswer("timeout"),
        Response(200, HTML, b"<html>Please log in</html>"),
        Response(200, JSON, b'{"verdict": {"valid": fal'),
        Response(200, JSON, b"[]"),
        Response(200, JSON, b"{}"),
        Response(200, JSON, b""),
        Response(200, JSON, b"[" * 100_000),
        Response(200, JSON, b"\xff\xfe"),
        Response(204),
        Response(201, JSON, b"{}"),
        Response(302, {"location": "https://portal.example/"}),
        Response(403, HTML, b"<html>Blocked by your administrator</html>"),
        Response(401, HTML, b"<html>Who are you?</html>"),
        Response(401, JSON, b'{"code": "unauthorised"}'),
        Response(401, {"content-type": "application/problem+json"}, b"<html>"),
        Response(401, {"content-type": "application/problem+json"}, b'{"status": 401}'),
        Response(401, {"content-type": "application/problem+json"}, b'{"status": 403, "code": "x"}'),
        problem(403, "forbidden"),
        problem(404, "not_found"),
        Response(407, {}, b"Proxy Authentication Required"),
        Response(500, HTML, b"oops"),
        problem(502, "bad_gateway"),
        problem(503, "unavailable"),
    ],
    ids=repr,
)
def test_no_answer_is_not_no(pc: Pc, simulator: Simulator, answer: Response | Exception) -> None:
    kit = pc.activated()
    workshop(kit)
    before = kit.check()
    simulator.answer_with(answer)

    result = kit.sync()

    assert (result.sent, result.remaining, result.reachable) == (0, 1, False)
    assert result.verdict == before.warn("no_answer")
    assert kit.check() == before
    assert kit.sync().sent == 1
    assert len(simulator.counted()) == 1


SPOILT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no verdict": lambda answer: answer.pop("verdict"),
    "verdict without valid": lambda answer: answer["verdict"].pop("valid"),
    "valid is text": lambda answer: answer["verdict"].update(valid="true"),
    "verdict contradicts itself": lambda answer: answer["verdict"].update(code="licence_revoked"),
    "no lease": lambda answer: answer.update(lease=None),
    "lease tampered with": lambda answer: answer.update(lease=answer["lease"][:-2]),
    "no keyset": lambda answer: answer.pop("keyset"),
    "keyset tampered with": lambda answer: answer.update(keyset=answer["keyset"][:-2]),
    "keyset is a lease": lambda answer: answer.update(keyset=answer["lease"]),
    "roots is null": lambda answer: answer.update(roots=None),
    "no results": lambda answer: answer.pop("results"),
    "a stranger's result": lambda answer: answer["results"][0].update(id="01976f2e-7c00-7000-8000-00000000ffff"),
    "a result twice": lambda answer: answer["results"].append(answer["results"][0]),
    "a result without an id": lambda answer: answer["results"][0].update(id=None),
    "an unknown status": lambda answer: answer["results"][0].update(status="maybe"),
    "no server_time": lambda answer: answer.pop("server_time"),
    "server_time without offset": lambda answer: answer.update(server_time="2030-03-17T17:46:40"),
    "server_time is a number": lambda answer: answer.update(server_time=1_900_000_000),
    "an old answer": lambda answer: answer.update(server_time="2001-01-01T00:00:00Z"),
    "revoked by a stranger": lambda answer: answer.update(
        verdict={"valid": False, "code": "licence_revoked", "detail": ""},
        lease=None,
        keyset=SigningKey.from_seed("stranger").sign("kit-keyset+jwt", {"version": 9}),
    ),
}


@pytest.mark.parametrize("change", SPOILT.values(), ids=SPOILT)
def test_an_answer_not_wholly_ours_is_none(
    pc: Pc, simulator: Simulator, change: Callable[[dict[str, Any]], Any]
) -> None:
    kit = pc.activated()
    workshop(kit)
    simulator.answer_with(edited(change))

    result = kit.sync()

    assert (result.sent, result.remaining, result.reachable) == (0, 1, False)
    assert (kit.check().code, kit.check().valid) == ("active", True)
    assert kit.sync().remaining == 0
    assert len(simulator.counted()) == 1, "taken though the answer was lost, so sent again as a duplicate"


@pytest.mark.parametrize("code", ["licence_revoked", "licence_suspended", "installation_revoked", "seat_limit_reached"])
def test_the_servers_word_ends_it_at_once_and_a_newer_one_revives_it(pc: Pc, simulator: Simulator, code: str) -> None:
    kit = pc.activated()
    workshop(kit)
    simulator.verdict = (False, code)

    result = kit.sync()

    assert (result.sent, result.verdict.valid, result.verdict.code, result.reachable) == (1, False, code, True)
    assert pc.kit().check().code == code
    simulator.fail()
    assert kit.sync().verdict.code == code
    pc.days_pass(0.1)
    simulator.verdict = (True, "active")
    assert kit.sync().verdict.code == "active"
    assert pc.kit().check().code == "active"


def test_reports_of_an_ended_licence_still_arrive(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    simulator.verdict = (False, "licence_revoked")
    kit.sync()
    workshop(kit)

    assert kit.sync().sent == 1


def test_an_unknown_token_keeps_lease_and_outbox(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    workshop(kit)
    simulator.answer_with(problem(401, "token_unknown"))

    result = kit.sync()

    assert (result.verdict.valid, result.verdict.code, result.remaining) == (False, "reactivation_needed", 1)
    assert result.reachable
    still = pc.kit().check()
    assert (still.valid, still.code, still.warnings) == (True, "active", ("reactivation_needed",))
    pc.days_pass(61)
    assert kit.check().code == "reactivation_needed"
    assert pc.activated().check().warnings == ()
    assert pc.kit().sync().sent == 1


def test_one_bad_report_is_kept_aside_and_the_rest_count(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    workshop(kit, 3)
    workshop(kit, 4, item="film-9")
    workshop(kit, 5)

    result = kit.sync()

    assert (result.sent, result.rejected, result.remaining) == (3, 1, 0)
    assert len(simulator.counted()) == 2
    assert (kit.status().rejected, kit.status().refused) == (1, 0)
    workshop(kit, 6)
    kit.sync()
    assert max(one["seq"] for one in simulator.counted().values()) == 4


def test_what_is_not_mentioned_stays_queued(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    workshop(kit)
    workshop(kit)
    simulator.answer_with(edited(lambda answer: answer["results"].pop()))

    result = kit.sync()

    assert (result.sent, result.remaining) == (1, 1)
    assert kit.sync().remaining == 0
    assert len(simulator.counted()) == 2


@pytest.mark.parametrize("status", [400, 422])
def test_a_batch_the_server_cannot_read_is_set_aside_and_not_deleted(pc: Pc, simulator: Simulator, status: int) -> None:
    kit = pc.activated()
    workshop(kit)
    simulator.answer_with(problem(status, "invalid"))

    result = kit.sync()

    assert (result.sent, result.remaining, result.set_aside, result.reachable) == (0, 0, 1, True)
    assert pc.kit().status().refused == 1
    assert simulator.received[-1]["reports"] == [], "the lease is refreshed all the same"


def test_413_halves_the_batch_down_to_one(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    for count in range(1, 8):
        workshop(kit, count)
    simulator.answer_with(problem(413, "too_large"), Response(413, HTML, b"<html>Too large</html>"))

    assert kit.sync().sent == 7
    assert [len(body["reports"]) for body in simulator.received] == [1] * 7
    workshop(kit)
    simulator.answer_with(problem(413, "too_large"))
    result = kit.sync()
    assert (result.set_aside, result.remaining) == (1, 0)


def test_batches_hold_500_reports_and_a_mebibyte(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    for _ in range(520):
        kit.give_feedback(rating=5)
    assert kit.sync().sent == 520
    assert [len(body["reports"]) for body in simulator.received] == [500, 20]

    simulator.received.clear()
    for _ in range(130):
        kit.give_feedback(rating=5, comment="\U0001f600" * 2000)
    assert kit.sync().sent == 130
    assert all(len(request.body or b"") <= 1 << 20 for request in simulator.requests)
    assert len(simulator.received) > 1


def test_the_lease_is_refreshed(pc: Pc) -> None:
    kit = pc.activated()
    pc.days_pass(31)
    assert kit.check().code == "in_grace"

    assert kit.sync().verdict.code == "active"
    assert pc.kit().check().code == "active"
    pc.days_pass(61)
    assert kit.check().code == "lease_expired"


def test_keys_may_change_between_two_check_ins(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    pc.days_pass(1)
    simulator.rotate_signing("signing 2")
    assert kit.sync().verdict.code == "active"
    simulator.rotate_root("root 2")
    simulator.rotate_root("root 3")
    simulator.rotate_signing("signing 3")
    pc.days_pass(1)

    assert kit.sync().verdict.code == "active"
    assert pc.kit().check().code == "active"


def test_a_keyset_rolled_back_is_left_and_its_lease_refused(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    simulator.rotate_signing("signing 2")
    kit.sync()
    simulator.keyset_version, simulator.signing = 1, SigningKey.from_seed("signing 1")
    pc.days_pass(1)

    assert not kit.sync().reachable
    assert kit.check().code == "active"


def test_a_keyset_expired_on_acceptance_is_left_while_the_last_one_goes_on(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    simulator.keyset_years = -1
    simulator.keyset_version = 2
    pc.days_pass(1)

    assert kit.sync().verdict.code == "active"
    assert pc.kit().activate("0" * 28).valid


def test_a_fresh_kit_refuses_an_expired_keyset(pc: Pc, simulator: Simulator) -> None:
    simulator.keyset_years = -1

    assert pc.kit().activate("0" * 28).code == "lease_invalid"


def test_an_older_lease_is_refused(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    pc.days_pass(1)
    old = simulator.lease(next(iter(simulator.installations.values())))
    pc.days_pass(1)
    kit.sync()
    simulator.answer_with(edited(lambda answer: answer.update(lease=old)))

    assert not kit.sync().reachable


def test_a_wait_the_server_asks_for_is_kept_by_every_sync(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    simulator.answer_with(problem(429, "slow_down", retry_after="120"))
    kit.sync()
    asked = len(simulator.requests)

    result = pc.kit().sync()
    assert (result.reachable, result.verdict.warnings) == (False, ("no_answer",))
    assert len(simulator.requests) == asked
    simulator.time += 121
    assert kit.sync().reachable


def test_the_wait_may_be_a_date_and_is_bounded(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    at = {"retry_after": "Sun, 17 Mar 2030 18:46:40 GMT", "date": "Sun, 17 Mar 2030 17:46:40 GMT"}
    simulator.answer_with(problem(503, "down", **at))
    kit.sync()
    simulator.time += HOUR - 1
    assert not kit.sync().reachable
    simulator.time += 2
    assert kit.sync().reachable

    simulator.answer_with(problem(503, "down", retry_after="99999999999999999999"))
    kit.sync()
    simulator.time += DAY - 1
    assert not kit.sync().reachable
    simulator.time += 2
    assert kit.sync().reachable


def test_only_automatic_attempts_back_off(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    simulator.fail(times=11)
    kit.sync(automatic=True)
    assert pc.kit().sync(automatic=True).verdict.warnings == ("no_answer",)
    assert len(simulator.requests) == 2, "the back-off outlives the process"
    attempts = []
    for _ in range(18 * 60):
        asked = len(simulator.requests)
        kit.sync(automatic=True)
        if len(simulator.requests) > asked:
            attempts.append(int(simulator.time - START) // 60)
        simulator.time += 60

    gaps = [later - earlier for earlier, later in pairwise(attempts)]
    assert [attempts[0], *gaps][:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]

    simulator.fail()
    kit.sync()
    assert kit.sync().reachable, "a called sync does not back off"
    assert kit.sync(automatic=True).reachable, "success ends the back-off"


def test_an_objection_stops_reports_but_not_the_lease(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    workshop(kit)
    kit.usage_reporting = "off"
    workshop(kit)
    kit.give_feedback(rating=1)

    result = pc.kit().sync()

    assert (result.sent, result.remaining, result.verdict.code) == (0, 1, "active")
    assert simulator.received[-1]["usage_reporting"] == "off"
    assert pc.kit().usage_reporting == "off"
    kit.usage_reporting = "on"
    assert kit.sync().sent == 1
    assert simulator.received[-1]["usage_reporting"] == "on"


def test_nothing_is_said_of_usage_reporting_before_the_user_chose(pc: Pc, simulator: Simulator) -> None:
    pc.activated().sync()

    assert "usage_reporting" not in simulator.received[-1]


def test_former_reports_that_nobody_takes_are_set_aside(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    workshop(kit)
    kit.activate("1000-0000-0000-0000-0000-0000-000Y")
    simulator.installations.pop(next(iter(simulator.installations)))

    result = kit.sync()

    assert (result.set_aside, result.remaining, result.verdict.code) == (1, 0, "active")
    assert simulator.time == START


def test_former_reports_that_get_no_answer_do_not_spoil_our_own_check_in(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    workshop(kit)
    kit.activate("1000-0000-0000-0000-0000-0000-000Y")
    simulator.answer_with(lambda response: response, NoAnswer("gone"))

    result = kit.sync()

    assert (result.reachable, result.remaining, result.verdict.warnings) == (True, 1, ())
    assert kit.sync().remaining == 0


def test_a_clock_put_back_does_not_stretch_a_wait(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    simulator.answer_with(problem(429, "slow_down", retry_after="120"))
    kit.sync()
    pc.wrong_by = -400 * DAY

    assert kit.sync().reachable
