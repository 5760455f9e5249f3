"""A kit without internet gets a token of another organisation: the refusal is carried back, then it may move."""

import json
import re
from base64 import b64decode
from pathlib import Path

import pytest

from client_sdk import KitClient
from tests.support.carried import carried_back, offline_kit, scan
from tests.support.commands import command
from tests.support.deployment import KIT_ID, Deployment
from tests.support.uploads import upload

LINK = re.compile(r'href="data:application/octet-stream;base64,([^"]+)" download="([^"]+)"')


@pytest.fixture
def kit(deployment: Deployment, tmp_path: Path) -> KitClient:
    """A kit of one organisation, with a workshop that was not reported yet."""
    kit = offline_kit(deployment, tmp_path / "pc")
    assert kit.import_response(carried_back(deployment, kit.export_activation(deployment.token()))).valid
    kit.record_session(mode="workshop", attendee_count=14, plays=[("film-1", 412, True)])
    return kit


@pytest.fixture
def token(deployment: Deployment, kit: KitClient) -> str:
    """A token of another organisation for the same kit."""
    return deployment.token(deployment.licence(deployment.organisation("Another firm"), kit_id=KIT_ID))


def test_the_page_offers_the_refusal_as_a_file(deployment: Deployment, kit: KitClient, token: str) -> None:
    request, before = kit.export_activation(token), kit.status().installation_id
    assert request is not None
    page = upload(deployment, request.encode(), "reception.kit-request")

    assert (page.status_code, page.mimetype) == (403, "text/html")
    assert "<code>installation_elsewhere</code>" in page.text
    (link,) = LINK.findall(page.text)
    assert link[1] == "reception.kit-response"
    result = kit.import_response(b64decode(link[0]).decode())

    assert (result.code, result.valid) == ("installation_elsewhere", False)
    assert kit.status().installation_id != before
    answer = upload(deployment, (kit.export_activation(token) or "").encode())
    assert kit.import_response(answer.text).valid
    assert kit.check().valid


def test_a_refusal_is_for_the_installation_it_names(deployment: Deployment, kit: KitClient, token: str) -> None:
    page = upload(deployment, (kit.export_activation(token) or "").encode())
    refusal = b64decode(LINK.findall(page.text)[0][0]).decode()
    kit.import_response(refusal)
    kit.import_response(carried_back(deployment, kit.export_activation(token)))
    moved = kit.status().installation_id

    again = kit.import_response(refusal)
    assert (again.accepted, again.code, kit.status().installation_id) == (False, "active", moved)


def test_the_command_writes_the_refusal_and_still_fails(
    deployment: Deployment, kit: KitClient, token: str, tmp_path: Path
) -> None:
    request, response = tmp_path / "a.kit-request", tmp_path / "a.kit-response"
    request.write_text(kit.export_activation(token) or "")
    done = command(deployment, "exchange", request, response, "--json")

    assert (done.exit_code, done.stdout) == (1, "")
    assert f"Carry {response} back all the same" in done.stderr
    assert "(installation_elsewhere)" in done.stderr
    assert json.loads(response.read_text()).keys() == {"activation"}
    assert kit.import_response(response.read_text()).code == "installation_elsewhere"

    request.write_text(kit.export_activation(token) or "")
    assert command(deployment, "exchange", request, tmp_path / "b.kit-response").exit_code == 0
    assert kit.import_response((tmp_path / "b.kit-response").read_text()).valid


def test_every_other_refusal_is_for_people_alone(deployment: Deployment, kit: KitClient, tmp_path: Path) -> None:
    full = deployment.licence(deployment.organisation("A full house"), kit_id=KIT_ID, seats=1)
    token = deployment.token(full)
    deployment.installation(token)
    newcomer = offline_kit(deployment, tmp_path / "another pc")
    request, response = tmp_path / "a.kit-request", tmp_path / "a.kit-response"
    request.write_text(newcomer.export_activation(token) or "")

    assert "(seat_limit_reached)" in command(deployment, "exchange", request, response).stderr
    assert not response.exists(), "the same request is granted once there is a seat"
    assert "data:application" not in upload(deployment, request.read_bytes()).text


@pytest.fixture
def moved(deployment: Deployment, kit: KitClient, token: str) -> KitClient:
    """The kit after its move, with a workshop of three for the second organisation."""
    page = upload(deployment, (kit.export_activation(token) or "").encode())
    kit.import_response(b64decode(LINK.findall(page.text)[0][0]).decode())
    kit.import_response(carried_back(deployment, kit.export_activation(token)))
    kit.record_session(mode="workshop", attendee_count=3)
    return kit


def test_both_organisations_keep_their_own_people(deployment: Deployment, moved: KitClient) -> None:
    """One file is for one of them: the present one's first, then what was held for the other."""
    first = moved.import_response(carried_back(deployment, moved.export_message()))
    assert (first.sent, first.remaining, deployment.report()["attendances"]) == (1, 1, 3)

    second = moved.import_response(carried_back(deployment, moved.export_message()))
    assert (second.sent, second.remaining, second.code) == (1, 0, "active")
    report = deployment.report()
    assert (report["installations"]["activated"], report["attendances"]) == (2, 17)
    assert report["reports"]["missing"] == report["installations"]["copied"] == 0


def test_a_lease_that_runs_out_goes_before_what_was_held_for_the_first(
    deployment: Deployment, moved: KitClient
) -> None:
    moved.import_response(carried_back(deployment, moved.export_message()))
    deployment.clock.advance(days=40)
    assert moved.check().code == "in_grace"

    assert moved.import_response(carried_back(deployment, moved.export_message())).sent == 0
    assert moved.check().code == "active"
    assert moved.import_response(carried_back(deployment, moved.export_message())).sent == 1


def test_what_was_held_for_the_first_goes_before_the_second_answers(
    deployment: Deployment, kit: KitClient, token: str
) -> None:
    page = upload(deployment, (kit.export_activation(token) or "").encode())
    kit.import_response(b64decode(LINK.findall(page.text)[0][0]).decode())

    assert kit.import_response(carried_back(deployment, kit.export_message())).sent == 1
    assert kit.export_message() is None
    assert deployment.report()["attendances"] == 14


def test_codes_carry_both_and_are_confirmed_one_by_one(deployment: Deployment, moved: KitClient) -> None:
    codes = moved.export_codes()
    assert len(codes) == 2
    for code in codes:
        assert moved.confirm(scan(deployment, code))
    assert (moved.status().queued, deployment.report()["attendances"]) == (0, 17)


def test_an_objection_holds_for_what_was_held_before(deployment: Deployment, moved: KitClient) -> None:
    moved.usage_reporting = "off"
    for _ in range(2):
        assert moved.import_response(carried_back(deployment, moved.export_message())).sent == 0
    assert moved.export_codes() == []


def test_a_state_that_kept_no_key_reports_by_network(moved: KitClient) -> None:
    """Of an SDK before this one."""
    state = Path(moved.status().state_dir) / "state.json"
    document = json.loads(state.read_text())
    for name in ("message_key", "message_kid"):
        del document["former"][0][name]
    state.write_text(json.dumps(document))

    assert len(moved.export_codes()) == 1
    assert moved.status().queued == 2
