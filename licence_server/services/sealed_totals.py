"""Seals: what removed reports had added to the totals, written once and provable afterwards.

* Each transaction of retention writes its own rows of `sealed_total` and `removed_report`, and one audit entry,
  `reports_sealed`, that holds the number of reports and keyed digests of both. Rows are never changed.
* So somebody who changes a seal, or the hashes by which a removed report is known again, has to forge the digest
  (the deployment's secret) and the audit chain behind it (which a head noted elsewhere shows).
* Seals of earlier releases have no digest of the hashes: those are counted, not compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from licence_server.domain import dates, sealed_tally
from licence_server.domain.audit_chain import canonical
from licence_server.domain.sealed_tally import SealedTally
from licence_server.domain.tally import Tally
from licence_server.models import Learner, SealedTotal
from licence_server.services import audit, removed_reports
from licence_server.services.runtime import Runtime
from licence_server.services.usage_totals import Owner

ACTION = "reports_sealed"


@dataclass(frozen=True)
class Sealing:
    """What one transaction removes. reports, rejected: how many of each the tallies count. removed: the hashes that
    stay of them, id to content."""

    tallies: Mapping[Owner, Tally]
    first_days: Mapping[Owner, Mapping[bytes, date]]
    reports: int
    rejected: int
    removed: Mapping[bytes, bytes | None]


def seal(runtime: Runtime, session: Session, sealing: Sealing, *, now: datetime, actor: str) -> None:
    """Write a seal and its audit entry, in the transaction that removes the reports, as its last act."""
    rows = [
        {
            "organisation_id": owner[0],
            "kit_id": owner[1],
            "totals": sealed_tally.write(SealedTally(tally, sealing.first_days.get(owner, {}))),
        }
        for owner, tally in sealing.tallies.items()
    ]
    entry = audit.record(
        runtime,
        session,
        now=now,
        actor=actor,
        action=ACTION,
        subject="retention",
        after={
            "reports": sealing.reports,
            "rejected": sealing.rejected,
            "digest": digest(runtime, rows),
            "removed_digest": removed_digest(runtime, sealing.removed.items()),
        },
    )
    session.execute(insert(SealedTotal), [{"entry_number": entry.number, **row} for row in rows])
    removed_reports.keep(session, sealing.removed, dates.day_of(now, runtime.timezone), entry.number)


def first_days(session: Session, rows: Iterable[Any]) -> dict[Owner, dict[bytes, date]]:
    """Of the learners in raw reports, those whose first day is proved by one of them."""
    days: dict[str, dict[bytes, tuple[date, Owner]]] = defaultdict(dict)
    for row in rows:
        if row.learner_hash is not None:
            seen = days[row.kit_id].get(row.learner_hash)
            if seen is None or row.day < seen[0]:
                days[row.kit_id][row.learner_hash] = (row.day, (row.organisation_id, row.kit_id))
    proved: dict[Owner, dict[bytes, date]] = defaultdict(dict)
    for kit_id, seen_days in days.items():
        query = select(Learner.learner_hash, Learner.first_day).where(
            Learner.kit_id == kit_id, Learner.learner_hash.in_(seen_days)
        )
        for learner_hash, first_day in session.execute(query):
            day, owner = seen_days[learner_hash]
            if day == first_day:
                proved[owner][learner_hash] = day
    return proved


def digest(runtime: Runtime, rows: Iterable[Mapping[str, Any]]) -> str:
    """What an audit entry says of the rows of its seal."""
    content = sorted([str(row["organisation_id"]), row["kit_id"], row["totals"]] for row in rows)
    return runtime.secret_keys.hash_totals(canonical(content))


def removed_digest(runtime: Runtime, hashes: Iterable[tuple[bytes, bytes | None]]) -> str:
    """What an audit entry says of the hashes that stay of removed reports."""
    content = sorted([id_hash.hex(), (content_hash or b"").hex()] for id_hash, content_hash in hashes)
    return runtime.secret_keys.hash_totals(canonical(["removed", content]))
