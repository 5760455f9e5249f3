"""Activating, and being refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from client_sdk import Response
from tests.support.kits import Pc, workshop
from tests.support.signer import SigningKey
from tests.support.simulator import OTHER_TOKEN, TOKEN, Simulator, problem


def test_a_mistyped_token_never_reaches_the_network(pc: Pc, simulator: Simulator) -> None:
    verdict = pc.kit().activate(TOKEN[:-1] + "1")

    assert (verdict.valid, verdict.code) == (False, "token_mistyped")
    assert simulator.requests == []


def test_a_token_is_sent_as_it_is_written(pc: Pc, simulator: Simulator) -> None:
    simulator.tokens[TOKEN] = "Acme"

    assert pc.kit().activate("oooo oooo oooo oooo oooo oooo oooo ").valid
    sent = json.loads(simulator.requests[0].body or b"")
    assert sent["activation_token"] == TOKEN
    assert "label" not in sent
    assert sent["kit"] == {"id": "prevent-for-business", "version": "1.0"}
    assert sent["client"] == {"name": "python", "version": "0.1.0"}


def test_an_activated_kit_stays_activated_over_restarts(pc: Pc) -> None:
    pc.activated()

    assert pc.kit().check().code == "active"


def test_activating_again_keeps_the_installation(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    pc.days_pass(1)

    assert kit.activate(TOKEN).valid
    assert len(simulator.installations) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "token_unknown"), (403, "licence_revoked"), (409, "seat_limit_reached"), (422, "invalid")],
)
def test_a_refusal_is_handed_on_and_ends_nothing(pc: Pc, simulator: Simulator, status: int, code: str) -> None:
    fresh = pc.kit()
    simulator.answer_with(problem(status, code))
    assert (fresh.activate(TOKEN).valid, fresh.check().code) == (False, "unlicensed")

    kit = pc.activated()
    simulator.answer_with(problem(status, code))

    assert kit.activate(TOKEN).code == code
    assert kit.check().code == "active"
    assert kit.sync().verdict.code == "active"


def test_another_organisations_token_makes_a_new_installation_and_loses_no_report(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    workshop(kit, 3)

    assert kit.activate(OTHER_TOKEN).valid
    workshop(kit, 5)
    kit = pc.kit()
    result = kit.sync()

    assert (result.sent, result.remaining, result.verdict.code) == (2, 0, "active")
    assert [one["attendee_count"] for one in simulator.counted("Acme").values()] == [3]
    assert [(one["attendee_count"], one["seq"]) for one in simulator.counted("Bolt").values()] == [(5, 1)]
    assert kit.status().organisation == "Bolt"


def test_a_stick_copied_before_its_first_activation_takes_its_reports_along(pc: Pc, simulator: Simulator) -> None:
    """The id was activated elsewhere, by another copy; what was recorded here belongs to the new one."""
    kit = pc.kit()
    workshop(kit, 4)
    simulator.answer_with(problem(403, "installation_elsewhere"))

    assert kit.activate(TOKEN).valid
    assert kit.sync().sent == 1
    assert [one["attendee_count"] for one in simulator.counted().values()] == [4]


def test_elsewhere_twice_is_told_and_not_tried_for_ever(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    simulator.answer_with(*[problem(403, "installation_elsewhere")] * 2)

    assert kit.activate(OTHER_TOKEN).code == "installation_elsewhere"
    assert kit.check().code == "active"
    assert len(simulator.installations) == 1


def test_no_answer_is_a_warning(pc: Pc, simulator: Simulator) -> None:
    kit = pc.kit()
    simulator.fail()
    unlicensed = kit.activate(TOKEN)
    assert (unlicensed.code, unlicensed.warnings) == ("unlicensed", ("no_answer",))

    kit = pc.activated()
    simulator.answer_with(Response(200, {"content-type": "text/html"}, b"<html>Welcome to the hotel</html>"))
    active = kit.activate(TOKEN)
    assert (active.valid, active.code, active.warnings) == (True, "active", ("no_answer",))


def test_a_server_of_another_root_is_not_believed(pc: Pc, simulator: Simulator) -> None:
    kit = pc.kit(root_key=SigningKey.from_seed("stranger").jwk)

    assert kit.activate(TOKEN).code == "lease_invalid"
    assert kit.check().code == "unlicensed"


def test_the_answer_for_another_installation_is_none(pc: Pc, simulator: Simulator) -> None:
    def swap(response: Response) -> Response:
        document = json.loads(response.body) | {"installation_id": "01976f2e-7c00-7000-8000-00000000ffff"}
        return replace(response, body=json.dumps(document).encode())

    simulator.answer_with(swap)

    assert pc.kit().activate(TOKEN).warnings == ("no_answer",)


def test_a_token_asked_to_wait_waits_while_another_goes(pc: Pc, simulator: Simulator) -> None:
    kit = pc.kit()
    simulator.answer_with(problem(429, "too_many_requests", retry_after="600"))
    assert kit.activate(OTHER_TOKEN).warnings == ("no_answer",)
    assert kit.activate(OTHER_TOKEN).warnings == ("no_answer",)
    assert len(simulator.requests) == 1

    assert kit.activate(TOKEN).valid
    simulator.time += 601
    kit.activate(OTHER_TOKEN)
    assert len(simulator.requests) > 2


def test_the_message_key_is_kept_for_messages_carried_by_hand(pc: Pc) -> None:
    kit = pc.activated()
    state = json.loads((Path(kit.status().state_dir) / "state.json").read_text())

    assert (len(state["message_key"]), state["message_kid"]) == (43, "message-1")


def test_state_is_kept_apart_by_server_kit_and_organisation(pc: Pc) -> None:
    pc.activated()

    for other in ({"kit_id": "another"}, {"organisation": "org-2"}, {"server": "https://other.example"}):
        assert pc.kit(**other).check().code == "unlicensed"
    assert pc.kit(server="https://licences.example/").check().code == "active"


def test_releasing_sends_what_is_queued_and_ends_the_licence(pc: Pc, simulator: Simulator) -> None:
    kit = pc.activated()
    workshop(kit)

    assert kit.release().code == "installation_released"
    assert pc.kit().check().code == "installation_released"
    assert len(simulator.counted()) == 1
    assert kit.release().code == "installation_released"
    pc.days_pass(1)
    assert kit.activate(TOKEN).code == "active"
    assert kit.check().code == "active"


def test_releasing_without_an_answer_changes_nothing(pc: Pc, simulator: Simulator) -> None:
    assert pc.kit().release().code == "unlicensed"
    kit = pc.activated()
    for answer in (Response(200, {}, b"<html>"), Response(403, {"content-type": "text/html"}, b"no")):
        simulator.answer_with(answer)
        verdict = kit.release()
        assert (verdict.code, verdict.warnings) == ("active", ("no_answer",))
    simulator.fail()
    assert kit.release().warnings == ("no_answer",)
    simulator.answer_with(problem(401, "token_unknown"))
    assert kit.release().code == "reactivation_needed"
    assert kit.check().code == "active"
