"""Rejected reports: kept once, judged afresh, readmitted on the right days."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import select

from licence_server.models import RejectedReport
from licence_server.services import usage_checks
from tests.support.acts import add_items, json_of, statuses
from tests.support.deployment import ACTOR, Deployment, feedback, individual, workshop

UNKNOWN = [{"item": "film-9", "seconds": 60, "completed": True}]


def readmit(deployment: Deployment) -> int:
    return usage_checks.readmit(deployment.runtime, now=deployment.clock(), actor=ACTOR)


def kept(deployment: Deployment) -> list[RejectedReport]:
    with deployment.runtime.database.reading() as session:
        return list(session.scalars(select(RejectedReport).order_by(RejectedReport.seq)))


def rejected_on(deployment: Deployment, day: date) -> int:
    return int(deployment.report(first=day, last=day)["reports"]["rejected"])


def test_one_bad_report_of_each_kind_is_rejected_alone(deployment: Deployment) -> None:
    kit = deployment.installation()
    now = deployment.clock()
    good = workshop(now, 1)
    bad: list[Any] = [
        workshop(now, 2, items=UNKNOWN),
        {**good, "attendee_count": 15},
        workshop(now, 3, colour="red"),
        {**workshop(now, 4), "id": 7},
        {**workshop(now, 5), "id": "no uuid"},
        1.5,
        None,
        "report",
        [],
        {},
        {"\ud800": 1},
        {**workshop(now, 6), "id": "\ud800\x00"},
        feedback(now, 7, comment="a\x00b"),
        individual(now, 8, learner="short"),
        feedback(now, 9, item="film-9"),
    ]
    answer = kit.sync(good, *bad, workshop(now, 10))

    assert statuses(answer) == [
        "accepted",
        *("item_unknown", "id_reused"),
        *["invalid"] * 12,
        "item_unknown",
        "accepted",
    ]
    results = json_of(answer)["results"]
    sent = [good, *bad]
    ids = [raw.get("id") if isinstance(raw, dict) and isinstance(raw.get("id"), str) else None for raw in sent]
    assert [result["id"] for result in results[:-1]] == ids
    assert results[3]["detail"].startswith("colour:")
    report = deployment.report()
    assert (report["reports"]["accepted"], report["attendances"]) == (2, 28)
    deployment.assert_totals_agree()


def test_an_id_counts_once_for_ever_whoever_sends_it(deployment: Deployment) -> None:
    token = deployment.token()
    first, clone = deployment.installation(token), deployment.installation(token)
    report = workshop(deployment.clock())
    assert statuses(first.sync(report)) == ["accepted"]
    deployment.clock.advance(days=400)
    spelt = {**report, "id": report["id"].upper(), "attendee_count": 14.0}
    assert statuses(clone.sync(spelt)) == ["duplicate"]
    assert statuses(clone.sync({**report, "attendee_count": 15})) == ["id_reused"]
    report_now = deployment.report()
    assert report_now["attendances"] == 14
    assert report_now["reports"] == {
        "accepted": 1,
        "rejected": 1,
        "missing": 0,
        "duplicates": 1,
        "dated_on_receipt": 0,
    }
    deployment.assert_totals_agree()


def test_a_rejected_id_is_judged_afresh_and_kept_once(deployment: Deployment) -> None:
    kit = deployment.installation()
    monday, report_id = deployment.clock().date(), str(uuid.uuid4())
    bad = workshop(deployment.clock(), 1, id=report_id, attendee_count=0)
    assert statuses(kit.sync(bad, bad)) == ["invalid", "invalid"]
    assert rejected_on(deployment, monday) == 1
    deployment.clock.advance(days=1)
    assert statuses(kit.sync({**bad, "id": report_id.upper()})) == ["invalid"]
    assert [row.code for row in kept(deployment)] == ["invalid"]
    assert (rejected_on(deployment, monday), rejected_on(deployment, date(2026, 3, 3))) == (0, 1)

    assert statuses(kit.sync({**bad, "attendee_count": 3})) == ["accepted"]
    assert kept(deployment) == []
    assert deployment.report()["reports"]["rejected"] == 0
    deployment.assert_totals_agree()


def test_of_a_rejected_report_little_is_kept(deployment: Deployment) -> None:
    kit = deployment.installation()
    kit.sync(
        feedback(deployment.clock(), 1, rating=9, comment="secret"),
        workshop(deployment.clock(), 2, items=UNKNOWN),
    )
    rows = kept(deployment)
    assert [(row.seq, row.code) for row in rows] == [(1, "invalid"), (2, "item_unknown")]
    assert rows[0].report is None
    assert rows[1].report is not None
    assert "secret" not in str([vars(row) for row in rows])


def test_an_unknown_item_counts_once_the_kit_has_it_on_the_days_it_happened_and_came(deployment: Deployment) -> None:
    kit = deployment.installation()
    deployment.clock.advance(days=3)
    happened = date(2026, 3, 3)
    sent = individual(deployment.clock().replace(day=3), 1, items=UNKNOWN)
    wrong = deployment.clock().replace(year=2029)
    kit.sync(sent)
    kit.sync(workshop(wrong, 2, items=UNKNOWN), sent_at=wrong)
    assert readmit(deployment) == 0
    assert deployment.report()["sessions"]["total"] == 0

    deployment.clock.advance(days=5)
    add_items(deployment, "film-9")
    assert readmit(deployment) == 2
    assert readmit(deployment) == 0

    assert deployment.report(first=happened, last=happened)["distinct_learners"] == 1
    came = deployment.report(first=date(2026, 3, 5), last=date(2026, 3, 5))
    assert came["reports"] == {"accepted": 2, "rejected": 0, "missing": 0, "duplicates": 0, "dated_on_receipt": 0}
    assert came["sessions"] == {"workshop": 1, "individual": 0, "total": 1}
    assert came["items"][3] == {"id": "film-9", "title": "The film-9", "plays": 1, "completions": 1, "seconds": 60}
    assert deployment.report(first=date(2026, 3, 10))["reports"]["accepted"] == 0
    assert statuses(kit.sync(sent)) == ["duplicate"]
    deployment.assert_totals_agree()


def test_what_was_rejected_under_another_kit_belongs_to_that_kit(deployment: Deployment) -> None:
    """The installation moves to another kit before its report is readmitted, or sent again."""
    organisation = deployment.organisation()
    first, second = deployment.kit("kit-a"), deployment.kit("kit-b")
    old = deployment.token(deployment.licence(organisation, first))
    new = deployment.token(deployment.licence(organisation, second))
    answer = deployment.post_activation(old, kit_id="kit-a")
    from tests.support.deployment import Installed

    kit = Installed(deployment, json_of(answer))
    again = workshop(deployment.clock(), 2, items=UNKNOWN)
    kit.sync(individual(deployment.clock(), 1, items=UNKNOWN), again)
    moved = Installed(deployment, json_of(deployment.post_activation(new, kit.id, "kit-b")))
    moved.sync(individual(deployment.clock(), 3))
    assert statuses(moved.sync(again)) == ["item_unknown"]
    deployment.assert_totals_agree()

    for kit_id in ("kit-a", "kit-b"):
        add_items(deployment, "film-9", kit_id=kit_id)
    assert readmit(deployment) == 2
    assert deployment.report(kit_id="kit-a")["distinct_learners"] == 1
    assert deployment.report(kit_id="kit-a")["sessions"]["individual"] == 1
    assert deployment.report(kit_id="kit-b")["sessions"] == {"workshop": 1, "individual": 1, "total": 2}
    # The same learner in the same kit, seen again, is the same.
    moved_back = Installed(deployment, json_of(deployment.post_activation(old, kit.id, "kit-a")))
    moved_back.sync(individual(deployment.clock(), 4))
    assert deployment.report(kit_id="kit-a")["distinct_learners"] == 1
    deployment.assert_totals_agree()
