"""Check seals, and count what they hold; what a seal is says sealed_totals.py.

The hashes of removed ids are compared with the audit entries too: one that was taken out or changed, to let a
report count again, is missed. Seals of earlier releases say only how many hashes there are.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licence_server.domain import sealed_tally
from licence_server.domain.tally import Tally
from licence_server.models import AuditEntry, RemovedReport, SealedTotal
from licence_server.services.runtime import Runtime
from licence_server.services.sealed_totals import ACTION, digest, removed_digest
from licence_server.services.usage_totals import Owner

_CHUNK = 1000
Entries = dict[int, dict[str, Any]]
"""What the audit log says of each seal, by the number of the entry."""


@dataclass
class Recounted:
    """first_days: of learners, by kit and keyed hash. reports: how many are sealed. counted_only: how many of them
    by seals that hold no digest of the hashes. faults: in words."""

    reports: int = 0
    counted_only: int = 0
    first_days: dict[tuple[str, bytes], date] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def recount(runtime: Runtime, session: Session, tallies: dict[Owner, Tally]) -> Recounted:
    """Add all that is sealed to tallies, and check every seal."""
    recounted = Recounted()
    entries = _entries(session)
    left = set(entries)
    for number, rows in _seals(session):
        left.discard(number)
        said = entries.get(number)
        if said is None or said.get("digest") != digest(runtime, rows):
            recounted.faults.append(f"seal {number}: the sealed totals are not as they were written")
        for row in rows:
            _open(row, number, tallies, recounted)
        if said is not None:
            recounted.reports += _reports_of(said)
            recounted.counted_only += 0 if "removed_digest" in said else _reports_of(said)
    recounted.faults += [f"seal {number}: the sealed totals are gone" for number in sorted(left)]
    recounted.faults += [*_count_faults(session, entries), *_hash_faults(runtime, session, entries)]
    return recounted


def _reports_of(said: Mapping[str, Any]) -> int:
    return int(said.get("reports", 0) + said.get("rejected", 0))


def _open(row: Mapping[str, Any], number: int, tallies: dict[Owner, Tally], recounted: Recounted) -> None:
    try:
        sealed = sealed_tally.read(row["totals"])
    except (ValueError, KeyError, TypeError):
        recounted.faults.append(f"seal {number}: the sealed totals cannot be read")
        return
    sealed_tally.add(tallies[row["organisation_id"], row["kit_id"]], sealed.tally)
    for learner_hash, day in sealed.first_days.items():
        key = (row["kit_id"], learner_hash)
        recounted.first_days[key] = min(day, recounted.first_days.get(key, day))


def _entries(session: Session) -> Entries:
    """What the audit log says of each seal."""
    query = select(AuditEntry.number, AuditEntry.after).where(AuditEntry.action == ACTION)
    return {number: json.loads(after or "{}") for number, after in session.execute(query)}


def _seals(session: Session) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
    columns = (SealedTotal.entry_number, SealedTotal.organisation_id, SealedTotal.kit_id, SealedTotal.totals)
    query = select(*columns).order_by(SealedTotal.entry_number).execution_options(yield_per=_CHUNK)
    for number, rows in groupby(session.execute(query), key=lambda row: int(row.entry_number)):
        yield number, [dict(row._mapping) for row in rows]


def _hash_faults(runtime: Runtime, session: Session, entries: Entries) -> list[str]:
    """Where the hashes of a seal are not those that its audit entry holds a digest of."""
    expected = {number: said["removed_digest"] for number, said in entries.items() if "removed_digest" in said}
    wrong = [
        number
        for number, rows in groupby(_removed(session), key=lambda row: int(row.entry_number))
        if expected.pop(number, None) != removed_digest(runtime, [(row.id_hash, row.content_hash) for row in rows])
    ]
    return [
        f"seal {number}: the hashes of removed reports are not as they were written"
        for number in sorted([*wrong, *expected])
    ]


def _removed(session: Session) -> Iterator[Any]:
    query = select(RemovedReport.entry_number, RemovedReport.id_hash, RemovedReport.content_hash)
    query = query.where(RemovedReport.entry_number.is_not(None)).order_by(RemovedReport.entry_number)
    yield from session.execute(query.execution_options(yield_per=_CHUNK))


def _count_faults(session: Session, entries: Entries) -> list[str]:
    """Ids that were removed, against the hashes that stay of them."""
    expected = {kind: sum(said.get(kind, 0) for said in entries.values()) for kind in ("reports", "rejected")}
    accepted = RemovedReport.content_hash.is_not(None)
    kept = {
        kind: session.scalar(select(func.count()).select_from(RemovedReport).where(condition)) or 0
        for kind, condition in (("reports", accepted), ("rejected", ~accepted))
    }
    return [
        f"removed {kind}: {expected[kind]} were removed, {kept[kind]} hashes are there"
        for kind in expected
        if expected[kind] != kept[kind]
    ]
