"""Feedback is listed, and a comment that says too much is taken away for good."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from licence_server.domain.errors import Conflict, NotFound
from licence_server.domain.period import Period
from licence_server.services import audit
from licence_server.services import feedback as services
from licence_server.services.feedback import Feedback, FeedbackFilter
from tests.support.acts import add_items, json_of, readmit, statuses
from tests.support.deployment import ACTOR, KIT_ID, Deployment, Installed, feedback, workshop
from tests.support.retained import DAYS, counts, everything, figures, keep_for, retain

SAID = "Mr Brown from the warehouse fell asleep"


@pytest.fixture
def kit(deployment: Deployment) -> Installed:
    return deployment.installation(deployment.token(deployment.licence(trial_days=300)))


def found(deployment: Deployment, **filters: Any) -> list[Feedback]:
    """Page by page, two at a time."""
    rows, cursor = [], None
    while True:
        page = services.list_page(deployment.runtime, FeedbackFilter(**filters), limit=2, cursor=cursor)
        rows += page.items
        cursor = page.next_cursor
        if cursor is None:
            return rows


def redact(deployment: Deployment, report_id: str) -> Feedback:
    return services.redact(deployment.runtime, UUID(report_id), "names a person", now=deployment.clock(), actor=ACTOR)


def test_feedback_is_listed_newest_first_and_filtered(deployment: Deployment, kit: Installed) -> None:
    start = deployment.clock().date()
    for seq, (rating, item, comment) in enumerate(
        [(5, "film-1", "Good"), (2, None, None), (5, "film-2", None), (1, "film-1", "Too long"), (3, None, "Fine")], 1
    ):
        kit.sync(
            feedback(deployment.clock(), seq, rating=rating, item=item, comment=comment),
            workshop(deployment.clock(), 5 + seq),
        )
        deployment.clock.advance(days=1)
    other = deployment.organisation("Other")
    Installed.sync(
        deployment.installation(deployment.token(deployment.licence(other, KIT_ID))), feedback(deployment.clock())
    )

    def ratings(**filters: Any) -> list[int]:
        return [row.rating for row in found(deployment, **filters)]

    assert ratings() == [4, 3, 1, 5, 2, 5]
    assert ratings(rating=5) == [5, 5]
    assert ratings(item_id="film-1") == [1, 5]
    assert ratings(commented=True) == [4, 3, 1, 5]
    assert ratings(kit_id="another") == []
    assert ratings(organisation_id=other.id) == [4]
    assert ratings(period=Period(start.replace(day=3), start.replace(day=5))) == [1, 5, 2]
    first = found(deployment)[-1]
    assert (first.organisation, first.kit_id, first.item_id, first.comment) == (
        "Baker & Sons",
        KIT_ID,
        "film-1",
        "Good",
    )
    assert first.day == start


def test_a_redacted_comment_is_gone_and_nothing_else(deployment: Deployment, kit: Installed) -> None:
    report, other = feedback(deployment.clock(), 1, comment=SAID), feedback(deployment.clock(), 2)
    kit.sync(report, other)
    before = figures(deployment)
    assert SAID in everything(deployment)

    done = redact(deployment, report["id"])

    assert (done.comment, done.rating, done.redacted_at) == (None, 4, deployment.clock())
    assert SAID not in everything(deployment)
    assert figures(deployment) == before
    deployment.assert_totals_agree()
    # The report is still known by what it said.
    assert statuses(kit.sync(report)) == ["duplicate"]
    assert statuses(kit.sync({**report, "comment": None})) == ["id_reused"]
    assert SAID not in everything(deployment)
    assert [row.comment for row in found(deployment, commented=True)] == [other["comment"]]

    [entry] = audit.list_entries(
        deployment.runtime, limit=9, cursor=None, action="feedback_redacted", subject=f"report:{report['id']}"
    ).items
    assert entry.reason == "names a person"
    assert report["id"] not in json.dumps([entry.subject, entry.after])
    assert audit.verify(deployment.runtime).faults == []


def test_what_cannot_be_redacted_is_refused(deployment: Deployment, kit: Installed) -> None:
    session, silent, said = (
        workshop(deployment.clock(), 1),
        feedback(deployment.clock(), 2, comment=None),
        feedback(deployment.clock(), 3),
    )
    kit.sync(session, silent, said)
    redact(deployment, said["id"])
    for report, error, code in (
        (session, NotFound, "feedback_unknown"),
        (silent, Conflict, "comment_absent"),
        (said, Conflict, "comment_redacted"),
    ):
        with pytest.raises(error) as raised:
            redact(deployment, report["id"])
        assert raised.value.code == code


def test_a_copy_that_waits_to_be_readmitted_is_redacted_too(deployment: Deployment, kit: Installed) -> None:
    licence = deployment.licence(deployment.organisation("Other"), deployment.kit("second", {"a": "A"}))
    second = Installed(deployment, json_of(deployment.post_activation(deployment.token(licence), kit_id="second")))
    report = feedback(deployment.clock(), 1, item="a", comment=SAID)
    assert statuses(kit.sync(report)) == ["item_unknown"]
    assert statuses(second.sync(report)) == ["accepted"]
    redact(deployment, report["id"])
    assert SAID not in everything(deployment)
    add_items(deployment, "a")
    assert readmit(deployment) == 0
    deployment.assert_totals_agree()


def test_comments_go_with_the_raw_reports(deployment: Deployment, kit: Installed) -> None:
    keep_for(deployment)
    report = feedback(deployment.clock(), 1, comment=SAID)
    kit.sync(report)
    redact(deployment, report["id"])
    kit.sync(feedback(deployment.clock(), 2, comment=SAID))
    deployment.clock.advance(days=DAYS + 1)
    assert counts(retain(deployment)) == (2, 0, 0, 0)
    assert SAID not in everything(deployment)
    assert found(deployment) == []
    assert statuses(kit.sync(report)) == ["duplicate"]
    with pytest.raises(NotFound):
        services.get(deployment.runtime, UUID(report["id"]))
    assert deployment.report()["feedback"]["count"] == 2


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_the_database_file_holds_no_redacted_comment(deployment: Deployment, kit: Installed) -> None:
    """SQLite alone would only let go of the place."""
    said = {number: f"{number} {SAID} " * 30 for number in range(1, 21)}
    reports = [feedback(deployment.clock(), number, comment=comment) for number, comment in said.items()]
    kit.sync(*reports, feedback(deployment.clock(), 21))
    for report in reports:
        redact(deployment, report["id"])
    with deployment.runtime.database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    content = Path(deployment.database_url.removeprefix("sqlite:///")).read_bytes()
    assert b"Clear and to the point." in content
    assert SAID.encode() not in content
