"""`usage verify` says when somebody has been at what removed reports left behind."""

import json
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update

from licence_server.models import AuditEntry, Learner, RemovedReport, SealedTotal, UsageTotal
from licence_server.services import audit, usage_checks
from licence_server.services.sealed_totals import ACTION
from tests.support.deployment import Deployment, feedback, individual, workshop
from tests.support.retained import DAYS, counts, keep_for, retain


@pytest.fixture
def sealed(deployment: Deployment) -> Deployment:
    """Two seals: of three reports, and of two rejected ones."""
    keep_for(deployment)
    kit = deployment.installation()
    now = deployment.clock()
    kit.sync(workshop(now, 1), individual(now, 2), feedback(now, 3))
    kit.sync(workshop(now, 4, attendee_count=0), workshop(now, 5, attendee_count=0))
    deployment.clock.advance(days=DAYS + 1)
    assert counts(retain(deployment))[:2] == (3, 2)
    assert usage_checks.verify(deployment.runtime).differences == []
    return deployment


def write(deployment: Deployment, *statements: Any) -> None:
    with deployment.runtime.database.writing() as session:
        for statement in statements:
            session.execute(statement)


def edited(deployment: Deployment, change: Any) -> None:
    """Change what a seal of accepted reports says."""
    with deployment.runtime.database.writing() as session:
        for row in session.scalars(select(SealedTotal)):
            document = json.loads(row.totals)
            if document["usage"]:
                change(document)
                row.totals = json.dumps(document, sort_keys=True, separators=(",", ":"))


def more_attendances(document: Any) -> None:
    for entry in document["usage"]:
        if entry[1] == "attendances":
            entry[2] += 100


def test_a_changed_seal_is_found_though_the_totals_were_changed_alike(sealed: Deployment) -> None:
    edited(sealed, more_attendances)
    assert any("attendances" in one for one in usage_checks.verify(sealed.runtime).differences)
    write(sealed, update(UsageTotal).values(attendances=UsageTotal.attendances + 100))

    [difference] = usage_checks.verify(sealed.runtime).differences

    assert "not as they were written" in difference


def test_a_forged_entry_is_found_by_its_digest_and_by_the_chain(sealed: Deployment) -> None:
    entry = update(AuditEntry).where(AuditEntry.action == ACTION)
    write(sealed, entry.values(after='{"digest":"' + 64 * "0" + '","rejected":2,"reports":3}'))
    assert usage_checks.verify(sealed.runtime).differences != []
    assert audit.verify(sealed.runtime).faults != []


TAMPERINGS = {
    "all totals": delete(UsageTotal),
    "a total": update(UsageTotal).values(workshop_sessions=0),
    "a learner": delete(Learner),
    "a first day": text("UPDATE learner SET first_day = '2026-03-01'"),
    "the seals": delete(SealedTotal),
    "one seal": delete(SealedTotal).where(SealedTotal.totals.contains("attendances")),
    "no text": update(SealedTotal).values(totals="{"),
    "another text": update(SealedTotal).values(totals="[]"),
    "a hash": delete(RemovedReport).where(RemovedReport.content_hash.is_not(None)),
    "a rejection": delete(RemovedReport).where(RemovedReport.content_hash.is_(None)),
    "an id": update(RemovedReport)
    .where(
        RemovedReport.content_hash.is_(None),
        RemovedReport.id_hash
        == select(func.min(RemovedReport.id_hash)).where(RemovedReport.content_hash.is_(None)).scalar_subquery(),
    )
    .values(id_hash=bytes(16)),
    "contents": update(RemovedReport).where(RemovedReport.content_hash.is_not(None)).values(content_hash=bytes(16)),
    "the seal of a hash": update(RemovedReport).values(entry_number=None),
    "an entry": update(AuditEntry).where(AuditEntry.action == ACTION).values(action="something_else"),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_tampering_is_found(sealed: Deployment, what: str) -> None:
    write(sealed, TAMPERINGS[what])
    assert usage_checks.verify(sealed.runtime).differences != []


def test_a_learner_moved_in_seal_and_table_is_found(sealed: Deployment) -> None:
    def move(document: Any) -> None:
        document["learners"][0][1] = "2026-03-01"

    edited(sealed, move)
    write(sealed, text("UPDATE learner SET first_day = '2026-03-01'"))
    assert any("not as they were written" in one for one in usage_checks.verify(sealed.runtime).differences)


def test_a_seal_of_an_earlier_release_is_counted_and_named_so(sealed: Deployment) -> None:
    """It said nothing of the hashes but how many there are."""
    with sealed.runtime.database.writing() as session:
        for entry in session.scalars(select(AuditEntry).where(AuditEntry.action == ACTION)):
            said = json.loads(entry.after)
            if said["reports"]:
                del said["removed_digest"]
                entry.after = json.dumps(said)
        rows = update(RemovedReport).where(RemovedReport.content_hash.is_not(None))
        session.execute(rows.values(entry_number=None))
    recount = usage_checks.verify(sealed.runtime)
    assert (recount.differences, recount.sealed, recount.counted_only) == ([], 5, 3)
    write(sealed, delete(RemovedReport).where(RemovedReport.content_hash.is_not(None)))
    assert usage_checks.verify(sealed.runtime).differences == ["removed reports: 3 were removed, 0 hashes are there"]
