"""Receive usage reports: judge each, store it once and for ever, keep the totals true.

Not a use case of its own: check-ins and carried messages use an `Intake` inside their transaction, with the
installations' rows locked. One intake serves as many installations as the transaction does, and whatever it
asks of the database and writes there it does in sets.
"""

from collections.abc import Sequence, Set
from typing import Any

from sqlalchemy import bindparam, delete
from sqlalchemy.orm import Session

from licence_server.models import RejectedReport, UsageReport
from licence_server.services import known_reports, learners, removed_reports, usage_rows, usage_totals
from licence_server.services.added import Added
from licence_server.services.batches import Batch
from licence_server.services.prepared import Prepared
from licence_server.services.removed_reports import Removed
from licence_server.services.report_judgements import BatchJudgement, Result
from licence_server.services.row_sets import RowSet, insert_all, row_set
from licence_server.services.runtime import Runtime
from licence_server.services.usage_rows import Reporter

_REJECTED: Any = RejectedReport.__table__
_REPORTS: Any = UsageReport.__table__
_OF_REPORTS = tuple(_REPORTS.columns.keys())
_FORGET = Prepared(
    delete(_REJECTED).where(
        _REJECTED.c.installation_id == bindparam("forgotten_of"), _REJECTED.c.identity == bindparam("forgotten")
    )
)


class Intake:
    """The batches of one transaction on their way in: what is known already, and what they add."""

    def __init__(self, runtime: Runtime, session: Session, batches: Sequence[tuple[Reporter, Batch]]) -> None:
        """batches: all that `take` will be asked for, of different installations."""
        self.runtime, self.session = runtime, session
        self.added = Added(known_reports.find(session.connection(), batches))

    def take(self, reporter: Reporter, batch: Batch, item_ids: Set[str]) -> list[Result]:
        """Judge a batch; results in its order. item_ids: what its kit has."""
        if not batch.reports:
            return []
        removed = Removed()
        if self.added.known.any_removed:
            removed = removed_reports.find(self.runtime, self.session, reporter.id, batch.reports)
        return BatchJudgement(self.runtime, self.added, reporter, batch, item_ids, removed).take_all()

    def store(self) -> None:
        """Write everything that the batches change, the installations themselves apart."""
        connection, added = self.session.connection(), self.added
        gone = [{"forgotten_of": of, "forgotten": identity} for of, identity in sorted(added.forgotten)]
        _FORGET.run_many(connection, gone)
        learners.remember(connection, added.first_days, added.tallies)
        for names, rows in added.accepted.items():
            added.reports[names] += usage_rows.converted(self.runtime, names, rows)
        rejected = [added.rejected[key] for key in sorted(added.rejected)]
        sets = [
            row_set(connection.dialect, _REJECTED, rejected),
            RowSet(_REPORTS, _OF_REPORTS, added.reports),
            *usage_totals.additions(connection.dialect, added.tallies, added.receipts),
        ]
        insert_all(connection, sets)
