"""`usage verify` and `audit verify` say when somebody has been at the database."""

from typing import Any

import pytest
from sqlalchemy import delete, update

from licence_server.domain.audit_chain import Head
from licence_server.models import (
    AuditEntry,
    AuditHead,
    Installation,
    ItemTotal,
    Learner,
    ReceiptTotal,
    RejectedReport,
    UsageReport,
    UsageTotal,
)
from licence_server.services import audit, reports, usage_checks
from licence_server.services.reports import Period
from tests.support.acts import change
from tests.support.deployment import ACTOR, Deployment, feedback, individual, workshop


def write(deployment: Deployment, *statements: Any) -> None:
    with deployment.runtime.database.writing() as session:
        for statement in statements:
            session.execute(statement)


@pytest.fixture
def used(deployment: Deployment) -> Deployment:
    kit = deployment.installation()
    now = deployment.clock()
    kit.sync(workshop(now, 1), individual(now, 3), feedback(now, 4), workshop(now, 5, attendee_count=0))
    recount = usage_checks.verify(deployment.runtime)
    assert (recount.reports, recount.rejected, recount.differences) == (3, 1, [])
    return deployment


TAMPERINGS = {
    "attendances": update(UsageTotal).values(attendances=UsageTotal.attendances + 1),
    "sessions": update(UsageTotal).values(workshop_sessions=0),
    "ratings": update(UsageTotal).values(rating_sum=5),
    "learners": update(UsageTotal).values(distinct_learners=2),
    "a whole day": delete(UsageTotal),
    "plays": update(ItemTotal).values(plays=ItemTotal.plays - 1),
    "accepted": update(ReceiptTotal).values(accepted=99),
    "rejected": update(ReceiptTotal).values(rejected=0),
    "a raw report": delete(UsageReport).where(UsageReport.mode == "feedback"),
    "a headcount": update(UsageReport).where(UsageReport.mode == "workshop").values(attendee_count=15),
    "a rejection": delete(RejectedReport),
    "a learner": delete(Learner),
    "missing ones": update(Installation).values(missing_reports=0),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_tampered_total_is_found(used: Deployment, what: str) -> None:
    write(used, TAMPERINGS[what])
    assert usage_checks.verify(used.runtime).differences != []


@pytest.fixture
def audited(deployment: Deployment) -> Deployment:
    licence = deployment.licence()
    for act in ("suspend", "reinstate", "suspend", "reinstate"):
        change(deployment, act, licence, reason="a reason")
    assert audit.verify(deployment.runtime).faults == []
    return deployment


EDITS = {
    "an actor": update(AuditEntry).where(AuditEntry.number == 3).values(actor="somebody else"),
    "a reason": update(AuditEntry).where(AuditEntry.number == 5).values(reason=None),
    "what was before": update(AuditEntry).where(AuditEntry.number == 5).values(before="{}"),
    "a hash": update(AuditEntry).where(AuditEntry.number == 4).values(hash=bytes(32)),
    "the first entry": delete(AuditEntry).where(AuditEntry.number == 1),
    "a middle entry": delete(AuditEntry).where(AuditEntry.number == 4),
    "the last entry": delete(AuditEntry).where(AuditEntry.number == 8),
    "the head": delete(AuditHead),
}


@pytest.mark.parametrize("what", EDITS)
def test_an_edited_or_deleted_entry_is_found(audited: Deployment, what: str) -> None:
    write(audited, EDITS[what])
    assert audit.verify(audited.runtime).faults != []


def test_an_entry_of_another_time_is_found(audited: Deployment) -> None:
    audited.clock.advance(seconds=1)
    write(audited, update(AuditEntry).where(AuditEntry.number == 2).values(at=audited.clock()))
    assert audit.verify(audited.runtime).faults == ["entry 2 was edited"]


def test_entries_that_changed_places_are_found(audited: Deployment) -> None:
    def move(old: int, new: int) -> Any:
        return update(AuditEntry).where(AuditEntry.number == old).values(number=new)

    write(audited, move(5, 99), move(6, 5), move(99, 6))
    assert len(audit.verify(audited.runtime).faults) >= 2


def test_a_tail_that_was_cut_in_full_is_found_by_a_noted_head_alone(audited: Deployment) -> None:
    _, noted = reports.export(audited.runtime, Period(), now=audited.clock(), actor=ACTOR)
    with audited.runtime.database.reading() as session:
        row = session.get_one(AuditEntry, noted.number - 1)
    write(
        audited,
        delete(AuditEntry).where(AuditEntry.number >= noted.number),
        update(AuditHead).values(number=row.number, hash=row.hash),
    )
    assert audit.verify(audited.runtime).faults == []
    assert audit.verify(audited.runtime, Head(row.number, row.hash)).faults == []
    assert len(audit.verify(audited.runtime, noted).faults) == 1
    # Growing past the noted number again does not help.
    for _ in range(3):
        audited.organisation()
    assert len(audit.verify(audited.runtime, noted).faults) == 1


def test_a_head_noted_earlier_stays_in_the_chain(audited: Deployment) -> None:
    noted = audit.verify(audited.runtime).head
    audited.organisation()
    check = audit.verify(audited.runtime, noted)
    assert (check.faults, check.entries) == ([], noted.number + 1)


def test_the_log_keeps_no_contact_details(deployment: Deployment) -> None:
    for _ in range(2):
        deployment.organisation(contact_email="ann@example.org")
    kept = [entry.after for entry in audit.list_entries(deployment.runtime, limit=2, cursor=None).items]
    assert "ann@example.org" not in str(kept)
    assert len({str(after).split("hmac-sha256:")[1][:64] for after in kept}) == 1
