"""Messages with reports are carried to the API: counted once, on the day it happened, whoever brings them."""

import gzip
import json
from datetime import date, timedelta

from licence_server.models import CarriedMessage, Installation
from tests.support import acts
from tests.support.carried import carry, claims_of, exchange, message, message_claims, receipt_of, sign
from tests.support.deployment import Deployment, Installed, feedback, individual, workshop


def last_sync(kit: Installed) -> object:
    with kit.deployment.runtime.database.reading() as session:
        return session.query(Installation).one().last_sync_at


def test_a_message_is_counted_and_answered_with_a_receipt_and_a_lease(deployment: Deployment) -> None:
    kit = deployment.installation()
    now = deployment.clock()
    report = workshop(now)

    answer = carry(kit, report, jti="message-1")

    receipt = receipt_of(answer)
    assert {name: receipt[name] for name in ("iss", "aud", "iat", "message", "results", "verdict")} == {
        "iss": "https://licences.example",
        "aud": kit.id,
        "iat": int(now.timestamp()),
        "message": "message-1",
        "results": [{"id": report["id"], "status": "accepted"}],
        "verdict": {"valid": True, "code": "active", "detail": "The kit may be used."},
    }
    assert answer.json is not None
    assert claims_of(answer.json["lease"])["sub"] == kit.id
    assert answer.json.keys() == {"receipt", "lease", "keyset", "roots", "confirmation"}
    assert deployment.report()["attendances"] == 14
    deployment.assert_totals_agree()


def test_all_kinds_of_reports_may_be_carried_and_one_bad_one_is_rejected_alone(deployment: Deployment) -> None:
    kit = deployment.installation()
    now = deployment.clock()
    spoilt = feedback(now, 4, comment="half a character: \ud800")

    answer = carry(kit, workshop(now, 1), individual(now, 2), feedback(now, 3), spoilt, 7, {"id": "\udfff"})

    results = receipt_of(answer)["results"]
    assert [one["status"] for one in results] == ["accepted"] * 3 + ["rejected"] * 3
    assert [one["id"] for one in results[4:]] == [None, "\udfff"], "as sent if it is a string"
    deployment.assert_totals_agree()


def test_the_same_message_again_gets_the_very_same_answer_and_changes_nothing(deployment: Deployment) -> None:
    kit = deployment.installation()
    text = message(kit, workshop(deployment.clock()))
    first = exchange(deployment, {"message": text})
    synced = last_sync(kit)

    deployment.clock.advance(days=3)
    again = exchange(deployment, {"message": text})

    assert again.json == first.json
    assert last_sync(kit) == synced
    assert deployment.report()["reports"]["duplicates"] == 0
    assert deployment.report()["attendances"] == 14


def test_a_repeated_message_gets_its_answer_after_the_licence_has_ended_too(deployment: Deployment) -> None:
    licence = deployment.licence()
    kit = deployment.installation(deployment.token(licence))
    text = message(kit, workshop(deployment.clock()))
    first = exchange(deployment, {"message": text})
    acts.change(deployment, "revoke", licence)

    again = exchange(deployment, {"message": text})

    assert again.json == first.json


def test_reports_that_come_by_several_ways_count_once(deployment: Deployment) -> None:
    kit = deployment.installation()
    report = workshop(deployment.clock())

    by_network = kit.sync(report)
    by_phone, by_file = carry(kit, report), carry(kit, report)

    assert acts.statuses(by_network) == ["accepted"]
    assert [one["status"] for answer in (by_phone, by_file) for one in receipt_of(answer)["results"]] == [
        "duplicate",
        "duplicate",
    ]
    assert deployment.report()["attendances"] == 14
    deployment.assert_totals_agree()


def test_a_message_uploaded_weeks_later_counts_on_the_day_it_happened(deployment: Deployment) -> None:
    kit = deployment.installation()
    deployment.clock.advance(days=2)
    text = message(kit, workshop(deployment.clock()))

    deployment.clock.advance(days=40)
    exchange(deployment, {"message": text})

    day = date(2026, 3, 4)
    assert deployment.report(first=day, last=day)["attendances"] == 14
    assert deployment.report()["reports"]["dated_on_receipt"] == 0


def test_a_pc_whose_clock_runs_ahead_is_shifted_and_one_whose_clock_is_late_is_not(deployment: Deployment) -> None:
    kit = deployment.installation()
    now = deployment.clock()
    tomorrow = now + timedelta(hours=20)

    carry(kit, workshop(tomorrow), sent_at=tomorrow)

    assert deployment.report(first=now.date(), last=now.date())["attendances"] == 14
    deployment.clock.advance(days=10)
    late = now + timedelta(days=9)
    carry(kit, workshop(late, 2), sent_at=late)
    assert deployment.report(first=late.date(), last=late.date())["attendances"] == 14


def test_sent_at_may_be_a_numeric_date(deployment: Deployment) -> None:
    kit = deployment.installation()
    now = deployment.clock()
    claims = message_claims(kit, workshop(now)) | {"sent_at": int(now.timestamp())}

    answer = exchange(deployment, {"message": sign(kit, claims)})

    assert receipt_of(answer)["results"][0]["status"] == "accepted"


def test_a_message_is_a_sign_of_life_of_the_hour_it_was_written(deployment: Deployment) -> None:
    kit = deployment.installation()
    written = deployment.clock() + timedelta(days=1, minutes=30)

    deployment.clock.advance(days=20)
    carry(kit, sent_at=written)
    assert last_sync(kit) == written.replace(minute=0)

    carry(kit, sent_at=written - timedelta(days=1))
    assert last_sync(kit) == written.replace(minute=0), "an older message does not take it back"

    carry(kit, sent_at=deployment.clock() + timedelta(days=900))
    assert last_sync(kit) == deployment.clock(), "never later than it was received"


def test_a_message_of_a_pc_whose_clock_lies_before_the_activation(deployment: Deployment) -> None:
    kit = deployment.installation()
    activated = deployment.clock()
    deployment.clock.advance(days=1)
    past = activated.replace(year=1980)

    answer = carry(kit, workshop(past), sent_at=past)

    assert receipt_of(answer)["results"][0]["code"] == "dated_on_receipt"
    assert last_sync(kit) == activated
    assert deployment.report()["attendances"] == 14


def test_reports_of_an_ended_licence_count_and_there_is_no_lease(deployment: Deployment) -> None:
    licence = deployment.licence()
    kit = deployment.installation(deployment.token(licence))
    acts.change(deployment, "suspend", licence)

    answer = carry(kit, workshop(deployment.clock()))

    assert answer.json is not None
    assert answer.json["lease"] is None
    assert receipt_of(answer)["verdict"]["code"] == "licence_suspended"
    assert deployment.report()["attendances"] == 14


def test_a_revoked_installation_reports_and_hears_it(deployment: Deployment) -> None:
    kit = deployment.installation()
    acts.end_installation(deployment, "revoke", kit)

    receipt = receipt_of(carry(kit, workshop(deployment.clock())))

    assert receipt["verdict"]["code"] == "installation_revoked"
    assert deployment.report()["attendances"] == 14


def test_a_carried_report_of_an_unknown_item_is_readmitted_on_its_own_day(deployment: Deployment) -> None:
    kit = deployment.installation()
    happened = deployment.clock() + timedelta(days=1)
    text = message(
        kit, workshop(happened, items=[{"item": "film-9", "seconds": 9, "completed": True}]), sent_at=happened
    )
    deployment.clock.advance(days=50)
    answer = exchange(deployment, {"message": text})
    assert receipt_of(answer)["results"][0]["code"] == "item_unknown"

    acts.add_items(deployment, "film-9")
    assert acts.readmit(deployment) == 1

    assert deployment.report(first=happened.date(), last=happened.date())["attendances"] == 14
    deployment.assert_totals_agree()


def test_a_message_may_come_gzipped_and_from_any_page(deployment: Deployment) -> None:
    kit = deployment.installation()
    body = gzip.compress(json.dumps({"message": message(kit)}).encode())
    headers = {"Content-Encoding": "gzip", "Origin": "null"}

    answer = deployment.client.post("/api/v1/exchange", data=body, content_type="application/json", headers=headers)

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert answer.headers["Cache-Control"] == "no-store"


def test_one_receipt_is_kept_for_each_message(deployment: Deployment) -> None:
    kit = deployment.installation()
    texts = [message(kit) for _ in range(2)]
    for text in texts * 2:
        exchange(deployment, {"message": text})

    with deployment.runtime.database.reading() as session:
        assert session.query(CarriedMessage).count() == 2
