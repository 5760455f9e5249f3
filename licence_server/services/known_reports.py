"""Which reports of some batches came before, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from licence_server.models import RejectedReport, UsageReport
from licence_server.services import removed_reports
from licence_server.services.usage_rows import Batch, Reporter

_ACCEPTED = select(UsageReport.id, UsageReport.content_hash, UsageReport.seq).where(
    UsageReport.id.in_(bindparam("ids", expanding=True))
)
_REJECTED = select(
    RejectedReport.installation_id,
    RejectedReport.identity,
    RejectedReport.seq,
    RejectedReport.received_day,
    RejectedReport.kit_id,
).where(
    RejectedReport.installation_id.in_(bindparam("installation_ids", expanding=True)),
    RejectedReport.identity.in_(bindparam("identities", expanding=True)),
)


@dataclass(frozen=True)
class KnownReports:
    """accepted: report id to content hash and number. rejected: installation and identity to what was noted then.
    any_removed: retention has removed reports at some time, so those of a batch may be among them."""

    accepted: dict[UUID, tuple[bytes, int]] = field(default_factory=dict)
    rejected: dict[tuple[UUID, bytes], Any] = field(default_factory=dict)
    any_removed: bool = False


def find(session: Session, batches: Sequence[tuple[Reporter, Batch]]) -> KnownReports:
    """Look up all reports of batches at once."""
    sent = [report for _, batch in batches for report in batch.reports]
    if not sent:
        return KnownReports()
    connection = session.connection()
    ids = [report.id for report in sent if report.id is not None]
    accepted = {row.id: (row.content_hash, row.seq) for row in connection.execute(_ACCEPTED, {"ids": ids})}
    asked = {
        "installation_ids": [reporter.id for reporter, batch in batches if batch.reports],
        "identities": [report.identity for report in sent],
    }
    rejected = {(row.installation_id, row.identity): row for row in connection.execute(_REJECTED, asked)}
    # After the raw reports: retention moves an id from there to here, so it is found in one of the two.
    return KnownReports(accepted, rejected, removed_reports.are_any(session))
