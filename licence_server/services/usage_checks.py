"""Recount the totals from raw reports and seals, and count reports whose rejection no longer holds."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from licence_server.domain import usage_report
from licence_server.domain.counted_time import clock_shift, counted_time
from licence_server.domain.received_numbers import ReceivedNumbers
from licence_server.domain.tally import ITEM_MEASURES, USAGE_MEASURES, Tally
from licence_server.models import (
    Installation,
    ItemTotal,
    KitItem,
    Learner,
    ReceiptTotal,
    RejectedReport,
    UsageReport,
    UsageTotal,
)
from licence_server.services import audit, learners, removed_reports, seal_checks, sums, usage_rows, usage_totals
from licence_server.services.runtime import Runtime
from licence_server.services.usage_totals import Owner

_CHUNK = 2000


@dataclass(frozen=True)
class Recount:
    """reports, rejected: raw ones read. differences: what does not agree, in words; empty when all does.
    sealed: reports, rejected ones included, that retention has removed and whose totals are sealed; counted_only: those
    of them whose seals are of an earlier release and do not show whether the hashes of their ids were changed."""

    reports: int
    rejected: int
    differences: list[str]
    sealed: int = 0
    counted_only: int = 0


def verify(runtime: Runtime) -> Recount:
    """Recount every total from the raw reports and from what removed ones left sealed, and compare; also what is kept
    by month with its days.

    Duplicates leave no raw report behind, so their total alone cannot be recounted.
    """
    tallies: dict[Owner, Tally] = defaultdict(Tally)
    with runtime.database.snapshot() as session:
        reports = _recount_reports(session, tallies)
        rejected = _recount_rejected(session, tallies)
        sealed = seal_checks.recount(runtime, session, tallies)
        for learner in session.scalars(select(Learner).execution_options(yield_per=_CHUNK)):
            tallies[learner.organisation_id, learner.kit_id].move_learner(None, learner.first_day)
        differences = [
            *_compare("usage", _usage(tallies), usage_totals.read(session.scalars(select(UsageTotal)), USAGE_MEASURES)),
            *_compare("items", _items(tallies), usage_totals.read(session.scalars(select(ItemTotal)), ITEM_MEASURES)),
            *_compare(
                "receipts",
                _receipts(tallies),
                usage_totals.read(session.scalars(select(ReceiptTotal)), ("accepted", "rejected", "dated_on_receipt")),
            ),
            *_learner_faults(session, sealed.first_days),
            *_number_faults(session),
            *sealed.faults,
            *sums.faults(session),
        ]
    return Recount(reports, rejected, differences, sealed.reports, sealed.counted_only)


def readmit(runtime: Runtime, *, now: datetime, actor: str) -> int:
    """Count rejected reports whose items the kit has by now, on the days they happened and came.

    Returns how many.
    """
    return runtime.database.write(lambda session: _readmit(runtime, session, now, actor))


def _readmit(runtime: Runtime, session: Session, now: datetime, actor: str) -> int:
    rows = session.execute(
        select(RejectedReport, Installation)
        .join(Installation, Installation.id == RejectedReport.installation_id)
        .where(RejectedReport.code == "item_unknown", RejectedReport.report.is_not(None))
        .order_by(Installation.id, RejectedReport.identity)
        # An installation before its reports, as syncs and retention do.
        .with_for_update(of=[Installation, RejectedReport])
    ).all()
    tallies: dict[Owner, Tally] = defaultdict(Tally)
    count = sum(_readmit_one(runtime, session, rejected, installation, tallies) for rejected, installation in rows)
    if count:
        usage_totals.apply(session, tallies, {})
        after = {"reports": count}
        audit.record(runtime, session, now=now, actor=actor, action="reports_readmitted", subject="usage", after=after)
    return count


def _readmit_one(
    runtime: Runtime,
    session: Session,
    rejected: RejectedReport,
    installation: Installation,
    tallies: dict[Owner, Tally],
) -> bool:
    raw = json.loads(rejected.report or "null")
    report, content_hash = usage_report.read(raw)
    items = set(session.scalars(select(KitItem.item_id).where(KitItem.kit_id == rejected.kit_id)))
    if report.item_ids - items or session.get(UsageReport, report.id) is not None:
        return False
    if removed_reports.is_removed(runtime, session, report.id):
        return False
    received_at = rejected.received_at
    shift = clock_shift(rejected.sent_at, received_at, carried=rejected.carried)
    counted = counted_time(report.happened_at, shift, activated_at=installation.activated_at, received_at=received_at)
    shared = usage_rows.shared_columns(runtime, installation, rejected.sent_at, received_at, rejected.kit_id)
    row = usage_rows.report_row(runtime, report, content_hash, shared, counted)
    owner = (rejected.organisation_id, rejected.kit_id)
    first_days: dict[bytes, Any] = {}
    usage_rows.count(tallies[owner], first_days, report, row)
    tallies[owner].receipts[rejected.received_day, "rejected"] -= 1
    session.execute(insert(UsageReport), [row])
    session.execute(
        delete(RejectedReport).where(
            RejectedReport.installation_id == installation.id, RejectedReport.identity == rejected.identity
        )
    )
    learners.remember(session.connection(), {owner: first_days}, tallies)
    return True


def _recount_reports(session: Session, tallies: dict[Owner, Tally]) -> int:
    count = 0
    for row in session.scalars(select(UsageReport).execution_options(yield_per=_CHUNK)):
        count += 1
        usage_rows.recount(tallies[row.organisation_id, row.kit_id], row)
    return count


def _recount_rejected(session: Session, tallies: dict[Owner, Tally]) -> int:
    count = 0
    for row in session.scalars(select(RejectedReport).execution_options(yield_per=_CHUNK)):
        count += 1
        tallies[row.organisation_id, row.kit_id].receipts[row.received_day, "rejected"] += 1
    return count


def _learner_faults(session: Session, sealed: Mapping[tuple[str, bytes], date]) -> list[str]:
    """Learners whose first day is not the first day among their reports. sealed: first days of removed ones."""
    first: dict[tuple[str, bytes | None], Any] = dict(sealed.items())
    query = select(UsageReport.kit_id, UsageReport.learner_hash, UsageReport.day).where(
        UsageReport.learner_hash.is_not(None)
    )
    for kit_id, learner_hash, day in session.execute(query.execution_options(yield_per=_CHUNK)):
        first[kit_id, learner_hash] = min(day, first.get((kit_id, learner_hash), day))
    stored: dict[tuple[str, bytes | None], Any] = {
        (kit_id, learner_hash): day
        for kit_id, learner_hash, day in session.execute(
            select(Learner.kit_id, Learner.learner_hash, Learner.first_day)
        )
    }
    wrong = sum(first.get(key) != stored.get(key) for key in first.keys() | stored.keys())
    return [f"learners: {wrong} first days differ"] if wrong else []


def _number_faults(session: Session) -> list[str]:
    wrong = sum(
        ReceivedNumbers(written).missing != missing
        for written, missing in session.execute(
            select(Installation.received_numbers, Installation.missing_reports).execution_options(yield_per=_CHUNK)
        )
    )
    return [f"installations: {wrong} counts of missing reports differ"] if wrong else []


def _usage(tallies: dict[Owner, Tally]) -> dict[tuple[Any, ...], int]:
    return {(*owner, *key): amount for owner, tally in tallies.items() for key, amount in tally.usage.items()}


def _items(tallies: dict[Owner, Tally]) -> dict[tuple[Any, ...], int]:
    return {(*owner, *key): amount for owner, tally in tallies.items() for key, amount in tally.items.items()}


def _receipts(tallies: dict[Owner, Tally]) -> dict[tuple[Any, ...], int]:
    return {(*owner, *key): amount for owner, tally in tallies.items() for key, amount in tally.receipts.items()}


def _compare(what: str, recounted: dict[tuple[Any, ...], int], stored: dict[tuple[Any, ...], int]) -> list[str]:
    found, kept = Counter(recounted), Counter(stored)
    return [
        f"{what} {' '.join(map(str, key))}: total {kept[key]}, recounted {found[key]}"
        for key in sorted(found.keys() | kept.keys(), key=str)
        if found[key] != kept[key]
    ]
