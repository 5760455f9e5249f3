"""Which reports of some batches came before, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, exists, select

from licence_server.models import RejectedReport, RemovedReport, UsageReport
from licence_server.services.among import Among
from licence_server.services.batches import Batch
from licence_server.services.prepared import Prepared, together
from licence_server.services.usage_rows import Reporter

_ACCEPTED = Prepared(
    select(UsageReport.id, UsageReport.content_hash, UsageReport.seq).where(Among(UsageReport.id, "ids"))
)
_REJECTED = Prepared(
    select(
        RejectedReport.installation_id,
        RejectedReport.identity,
        RejectedReport.seq,
        RejectedReport.received_day,
        RejectedReport.kit_id,
    ).where(
        Among(RejectedReport.installation_id, "installation_ids"),
        Among(RejectedReport.identity, "identities"),
    )
)
# Nearly always there are none, and then nothing more need be asked.
_OTHERS = Prepared(
    select(
        exists(select(RejectedReport.seq).where(Among(RejectedReport.installation_id, "installation_ids"))),
        exists(select(RemovedReport.id_hash)),
    )
)


class Rejection(NamedTuple):
    """What was noted of a report that was rejected."""

    seq: int | None
    received_day: date
    kit_id: str


@dataclass(frozen=True)
class KnownReports:
    """accepted: report id, as a number, to content hash and number. rejected: installation and identity to what was
    noted then. any_removed: retention has removed reports at some time, so those of a batch may be among them."""

    accepted: dict[int, tuple[bytes, int]] = field(default_factory=dict)
    rejected: dict[tuple[UUID, bytes], Rejection] = field(default_factory=dict)
    any_removed: bool = False


def find(connection: Connection, batches: Sequence[tuple[Reporter, Batch]]) -> KnownReports:
    """Look up all reports of batches at once."""
    sent = [report for _, batch in batches for report in batch.reports]
    if not sent:
        return KnownReports()
    ids = [report.id for report in sent if report.id is not None]
    installation_ids = [reporter.id for reporter, batch in batches if batch.reports]
    with together(connection):
        found = _ACCEPTED.send(connection, ids=ids)
        # After the raw reports: retention moves an id from there to those removed, so it is found in one of the two.
        others = _OTHERS.send(connection, installation_ids=installation_ids)
    accepted = {report_id.int: (content_hash, seq) for report_id, content_hash, seq in found()}
    [(any_rejected, any_removed)] = others()
    if not any_rejected:
        return KnownReports(accepted, any_removed=any_removed)
    rows = _REJECTED.all(connection, installation_ids=installation_ids, identities=[report.identity for report in sent])
    rejected = {(installation_id, identity): Rejection(*noted) for installation_id, identity, *noted in rows}
    return KnownReports(accepted, rejected, any_removed)
