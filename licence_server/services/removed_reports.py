"""Reports that retention removed: recognise one that comes again.

* An accepted id leaves two keyed hashes: of the id, and of id and content. So the same id with the same
  content stays a duplicate and with other content `id_reused`, for ever and through whichever installation.
* A rejected one leaves a hash of what it was kept by: its installation and identity.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from licence_server.domain.examined_report import Examined
from licence_server.models import RemovedReport
from licence_server.secret_keys import SecretKeys
from licence_server.services.runtime import Runtime


@dataclass(frozen=True)
class Removed:
    """What of a batch had been removed. reports: id to content hash and number, as of a raw report; an empty
    content hash where the content is another. rejections: identities."""

    reports: Mapping[UUID, tuple[bytes, int]] = field(default_factory=dict)
    rejections: frozenset[bytes] = frozenset()


def find(runtime: Runtime, session: Session, installation_id: UUID, batch: Sequence[Examined]) -> Removed:
    """Which reports of a batch were here before and have been removed."""
    keys = runtime.secret_keys
    by_id: dict[UUID, list[Examined]] = defaultdict(list)
    for sent in batch:
        if sent.id is not None:
            by_id[sent.id].append(sent)
    claimed = {_id_hash(keys, claimed_id): claimed_id for claimed_id in by_id}
    refused = {_rejection_hash(keys, installation_id, sent.identity): sent.identity for sent in batch}
    query = select(RemovedReport.id_hash, RemovedReport.content_hash)
    found = session.execute(query.where(RemovedReport.id_hash.in_([*claimed, *refused]))).all()
    reports = {
        claimed[id_hash]: _as_known(keys, claimed[id_hash], by_id[claimed[id_hash]], content_hash)
        for id_hash, content_hash in found
        if content_hash is not None
    }
    return Removed(reports, frozenset(refused[row.id_hash] for row in found if row.content_hash is None))


def is_removed(runtime: Runtime, session: Session, report_id: UUID) -> bool:
    """Whether an accepted report of this id has been removed."""
    return session.get(RemovedReport, _id_hash(runtime.secret_keys, report_id)) is not None


def hashes_of_reports(runtime: Runtime, rows: Iterable[Any]) -> dict[bytes, bytes | None]:
    """What stays of raw reports that are being removed: id to content."""
    keys = runtime.secret_keys
    return {_id_hash(keys, row.id): keys.hash_id("content", row.id.bytes + row.content_hash) for row in rows}


def hashes_of_rejections(runtime: Runtime, rows: Iterable[Any]) -> dict[bytes, bytes | None]:
    """What stays of rejected reports that are being removed."""
    keys = runtime.secret_keys
    return {_rejection_hash(keys, row.installation_id, row.identity): None for row in rows}


def keep(session: Session, hashes: Mapping[bytes, bytes | None], today: date, entry_number: int) -> None:
    """Keep hashes, in the transaction that removes the reports. entry_number: of the audit entry that seals them."""
    rows = [
        {"id_hash": id_hash, "content_hash": content_hash, "removed_on": today, "entry_number": entry_number}
        for id_hash, content_hash in sorted(hashes.items())
    ]
    session.execute(insert(RemovedReport), rows)


def _as_known(keys: SecretKeys, report_id: UUID, batch: Sequence[Examined], kept: bytes) -> tuple[bytes, int]:
    """Content hash and number of a removed report, from the one of this id in the batch that repeats it."""
    number = 0
    for sent in batch:
        if sent.report is None:
            continue
        if keys.hash_id("content", report_id.bytes + sent.content_hash) == kept:
            return sent.content_hash, sent.report.seq
        # Which number it had is no longer known, so the one it claims is not held against it.
        number = sent.report.seq
    return b"", number


def _id_hash(keys: SecretKeys, report_id: UUID) -> bytes:
    return keys.hash_id("report", report_id.bytes)


def _rejection_hash(keys: SecretKeys, installation_id: UUID, identity: bytes) -> bytes:
    return keys.hash_id("rejection", installation_id.bytes + identity)
