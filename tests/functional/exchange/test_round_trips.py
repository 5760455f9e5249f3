"""A kit whose PC never sees a network: everything goes by file and by phone, through the real SDK."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from client_sdk import KitClient
from licence_server.services import keys
from tests.support import acts
from tests.support.carried import carried_back, claims_of, exchange, offline_kit, scan
from tests.support.deployment import ACTOR, PASSPHRASE, Deployment


@pytest.fixture
def pc(tmp_path: Path) -> Path:
    return tmp_path / "pc"


def activated(deployment: Deployment, pc: Path, token: str | None = None, **changes: Any) -> KitClient:
    kit = offline_kit(deployment, pc, **changes)
    response = carried_back(deployment, kit.export_activation(token or deployment.token()))
    assert kit.import_response(response).valid
    return kit


def workshop(kit: KitClient, attendee_count: int = 14) -> None:
    kit.record_session(mode="workshop", attendee_count=attendee_count, plays=[("film-1", 412, True)])


def test_an_activation_by_file(deployment: Deployment, pc: Path) -> None:
    kit = offline_kit(deployment, pc)
    assert kit.check().code == "unlicensed"
    assert kit.export_activation("mistyped") is None

    request = kit.export_activation(deployment.token())
    deployment.clock.advance(days=2)
    response = carried_back(deployment, request)
    deployment.clock.advance(days=3)
    result = kit.import_response(response)

    assert (result.accepted, result.code) == (True, "active")
    assert offline_kit(deployment, pc).check().code == "active", "and after a restart"


def test_reports_by_file(deployment: Deployment, pc: Path) -> None:
    kit = activated(deployment, pc)
    workshop(kit)
    kit.record_session(mode="individual")
    kit.give_feedback(rating=5, item="film-1", comment="Clear.")
    assert kit.status().queued == 3

    request = kit.export_message()
    assert kit.status().queued == 3, "all of it stays until it is acknowledged"
    result = kit.import_response(carried_back(deployment, request))

    assert (result.accepted, result.sent, result.remaining, result.rejected) == (True, 3, 0, 0)
    report = deployment.report()
    assert (report["attendances"], report["distinct_learners"], report["feedback"]["count"]) == (15, 1, 1)
    assert report["reports"]["missing"] == 0
    deployment.assert_totals_agree()


def test_a_file_uploaded_weeks_later_counts_on_its_day_and_refreshes_the_lease(
    deployment: Deployment, pc: Path
) -> None:
    kit = activated(deployment, pc)
    deployment.clock.advance(days=10)
    workshop(kit)
    request = kit.export_message()
    deployment.clock.advance(days=35)
    assert kit.check().code == "in_grace"

    kit.import_response(carried_back(deployment, request))

    assert kit.check().code == "active"
    day = date(2026, 3, 12)
    assert deployment.report(first=day, last=day)["attendances"] == 14


def test_sessions_by_phone(deployment: Deployment, pc: Path) -> None:
    kit = activated(deployment, pc)
    workshop(kit)
    kit.record_session(mode="individual")
    kit.give_feedback(rating=5, comment="Nobody in the room may read this.")

    (code,) = kit.export_codes()
    symbols = scan(deployment, code)

    carried = claims_of(code.partition("#")[2])["reports"]
    assert [report["type"] for report in carried] == ["session", "session"]
    assert not any("learner" in report for report in carried)
    assert kit.status().queued == 3
    assert not kit.confirm("0" * 8)
    assert kit.confirm(f" {symbols[:4].lower()}-{symbols[4:]} ")
    assert kit.status().queued == 1, "the feedback waits for a file or the network"
    assert not kit.confirm(symbols), "it has been used up"
    assert deployment.report()["attendances"] == 15


def test_unconfirmed_reports_stay_and_count_once(deployment: Deployment, pc: Path) -> None:
    kit = activated(deployment, pc)
    workshop(kit)
    kit.record_session(mode="individual")
    (code,) = kit.export_codes()
    scan(deployment, code)
    scan(deployment, code)

    (again,) = kit.export_codes()
    assert again != code
    scan(deployment, again)
    result = kit.import_response(carried_back(deployment, kit.export_message()))

    assert (result.sent, result.rejected, result.remaining) == (2, 0, 0)
    assert deployment.report()["attendances"] == 15
    assert deployment.report()["reports"]["rejected"] == 0
    deployment.assert_totals_agree()


def test_a_photographed_code_read_weeks_later_counts_nothing_twice(deployment: Deployment, pc: Path) -> None:
    kit = activated(deployment, pc)
    workshop(kit)
    (code,) = kit.export_codes()
    kit.confirm(scan(deployment, code))

    deployment.clock.advance(days=60)
    scan(deployment, code)

    assert deployment.report()["attendances"] == 14


def test_many_sessions_make_several_codes_that_a_version_20_holds(deployment: Deployment, pc: Path) -> None:
    kit = activated(deployment, pc)
    for count in range(1, 13):
        workshop(kit, count)

    codes = kit.export_codes()

    assert len(codes) > 1
    assert all(len(code.encode()) <= 666 for code in codes)
    claims = [claims_of(code.partition("#")[2]) for code in codes]
    assert len({one["jti"] for one in claims}) == len(codes)
    assert [report["attendee_count"] for one in claims for report in one["reports"]] == list(range(1, 13))
    for left, code in zip(range(len(codes) - 1, -1, -1), codes, strict=True):
        assert kit.confirm(scan(deployment, code))
        assert (kit.status().queued == 0) == (left == 0)
    assert deployment.report()["attendances"] == sum(range(1, 13))


def test_a_session_too_long_for_any_code_waits_for_a_file(deployment: Deployment, pc: Path) -> None:
    items = {f"item-{number}-{number * 7919 % 1000003:x}": "An item" for number in range(100)}
    deployment.kit(items={"film-1": "The film", **items})
    token = deployment.token(deployment.licence(kit_id="prevent-for-business"))
    kit = activated(deployment, pc, token)
    workshop(kit, 1)
    kit.record_session(mode="workshop", attendee_count=2, plays=[(item, 60, True) for item in items])
    workshop(kit, 3)

    counts = [
        report["attendee_count"]
        for code in kit.export_codes()
        for report in claims_of(code.partition("#")[2])["reports"]
    ]

    assert counts == [1, 3]
    assert kit.import_response(carried_back(deployment, kit.export_message())).sent == 3


def test_a_crash_between_export_and_confirmation_forgets_nothing(deployment: Deployment, pc: Path) -> None:
    workshop(activated(deployment, pc))
    (code,) = offline_kit(deployment, pc).export_codes()
    symbols = scan(deployment, code)

    assert offline_kit(deployment, pc).confirm(symbols)

    assert offline_kit(deployment, pc).status().queued == 0


def test_a_receipt_that_was_tampered_with_or_is_anothers_deletes_nothing(deployment: Deployment, pc: Path) -> None:
    token = deployment.token()
    kit, other = activated(deployment, pc, token), activated(deployment, pc.with_name("other"), token)
    workshop(kit)
    workshop(other)
    good = json.loads(carried_back(deployment, kit.export_message()))
    for_other = json.loads(carried_back(deployment, other.export_message()))
    head, payload, signature = good["receipt"].split(".")
    wrong = [
        good | {"receipt": for_other["receipt"]},
        for_other,
        good | {"receipt": good["lease"]},
        good | {"receipt": f"{head}.{for_other['receipt'].split('.')[1]}.{signature}"},
        good | {"receipt": f"{head}.{payload}.{signature[:-4]}AAAA"},
        good | {"receipt": None},
        good | {"roots": None},
        {name: value for name, value in good.items() if name != "keyset"},
        {"activation": good},
        {},
    ]

    for document in wrong:
        result = kit.import_response(json.dumps(document))
        assert (result.accepted, result.remaining) == (False, 1), document
        assert "response_invalid" in result.verdict.warnings
    for text in ("", "[]", "{", "null", "[" * 100_000):
        assert not kit.import_response(text).accepted
    assert kit.import_response(json.dumps(good)).sent == 1


def test_an_old_receipt_acknowledges_but_its_word_is_not_taken(deployment: Deployment, pc: Path) -> None:
    licence = deployment.licence()
    kit = activated(deployment, pc, deployment.token(licence))
    workshop(kit)
    old = carried_back(deployment, kit.export_message())
    deployment.clock.advance(days=1)
    acts.change(deployment, "suspend", licence)
    kit.import_response(carried_back(deployment, kit.export_message()))
    workshop(kit)

    result = kit.import_response(old)

    assert (result.accepted, result.code) == (True, "licence_suspended")
    assert kit.status().queued == 1


def test_a_revocation_is_heard_by_hand(deployment: Deployment, pc: Path) -> None:
    licence = deployment.licence()
    kit = activated(deployment, pc, deployment.token(licence))
    deployment.clock.advance(hours=1)
    acts.change(deployment, "revoke", licence)
    workshop(kit)

    result = kit.import_response(carried_back(deployment, kit.export_message()))

    assert (result.code, result.sent) == ("licence_revoked", 1)
    assert kit.check().code == "licence_revoked"


def test_a_refused_activation_carried_back_begins_anew_where_it_must(deployment: Deployment, pc: Path) -> None:
    kit = activated(deployment, pc)
    workshop(kit)
    before = kit.status().installation_id
    elsewhere = deployment.licence(deployment.organisation("Another firm"), kit_id="prevent-for-business")
    token = deployment.token(elsewhere)
    request = kit.export_activation(token)
    assert request is not None
    refused = exchange(deployment, json.loads(request))

    result = kit.import_response(json.dumps({"activation": refused.json}))

    assert result.code == "installation_elsewhere"
    assert kit.status().installation_id != before
    assert kit.import_response(carried_back(deployment, kit.export_activation(token))).valid


@pytest.mark.parametrize("years", [-3, 3])
def test_a_pc_whose_clock_is_wrong_by_years_is_put_right_by_what_was_carried(
    deployment: Deployment, pc: Path, years: int
) -> None:
    wrong_by = years * 365 * 86400.0
    kit = offline_kit(deployment, pc, wrong_by=wrong_by)
    request = kit.export_activation(deployment.token())
    deployment.clock.advance(hours=3)
    response = carried_back(deployment, request)
    deployment.clock.advance(hours=3)

    assert kit.import_response(response).code == "active"
    deployment.clock.advance(days=1)
    workshop(kit)
    assert kit.import_response(carried_back(deployment, kit.export_message())).sent == 1

    day = date(2026, 3, 3)
    assert deployment.report(first=day, last=day)["attendances"] == 14
    deployment.clock.advance(days=20)
    assert kit.check().code == "active"
    deployment.clock.advance(days=15)
    assert kit.check().code == "in_grace"


def test_a_kit_whose_user_objected_carries_no_reports_but_gets_its_lease(deployment: Deployment, pc: Path) -> None:
    kit = activated(deployment, pc)
    workshop(kit)
    kit.usage_reporting = "off"
    deployment.clock.advance(days=40)

    assert kit.export_codes() == []
    result = kit.import_response(carried_back(deployment, kit.export_message()))

    assert (result.sent, result.code) == (0, "active")
    assert deployment.report()["sessions"]["total"] == 0


def test_keys_that_changed_meanwhile_are_followed(deployment: Deployment, pc: Path) -> None:
    kit = activated(deployment, pc)
    root = deployment.runtime.config.root_key_file
    acts.rotate(deployment)
    keys.change_root(
        deployment.runtime,
        now=deployment.clock(),
        actor=ACTOR,
        root_key_file=root,
        passphrase=PASSPHRASE,
        new_root_key_file=root.with_name("new-root.pem"),
        new_passphrase=PASSPHRASE,
    )
    workshop(kit)

    assert kit.import_response(carried_back(deployment, kit.export_message())).sent == 1


def test_nothing_can_be_signed_before_the_first_activation(deployment: Deployment, pc: Path) -> None:
    kit = offline_kit(deployment, pc)
    workshop(kit)

    assert kit.export_message() is None
    assert kit.export_codes() == []
    assert not kit.confirm("1A2B3C4D")
    assert kit.status().queued == 1
