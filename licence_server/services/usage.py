"""Receive usage reports: judge each, store it once and for ever, keep the totals true.

Not a use case of its own: check-ins and carried messages use an `Intake` inside their transaction, with the
installations' rows locked. One intake serves as many installations as the transaction does, and whatever it
asks of the database and writes there it does in sets.
"""

from collections import defaultdict
from collections.abc import Sequence, Set
from datetime import date
from operator import itemgetter
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete
from sqlalchemy.orm import Session

from licence_server.domain.counted_time import counted_time, earliest_counted
from licence_server.domain.received_numbers import ReceivedNumbers
from licence_server.domain.tally import Tally
from licence_server.domain.usage_report import Examined, Report
from licence_server.models import RejectedReport, UsageReport
from licence_server.services import known_reports, learners, removed_reports, usage_rows, usage_totals
from licence_server.services.batches import Batch, Ordinary
from licence_server.services.prepared import Prepared
from licence_server.services.removed_reports import Removed
from licence_server.services.row_sets import RowSet, insert_all, row_set
from licence_server.services.runtime import Runtime
from licence_server.services.usage_rows import Reporter
from licence_server.services.usage_totals import Owner, Receipt

_REJECTED: Any = RejectedReport.__table__
_REPORTS: Any = UsageReport.__table__
_FORGET = Prepared(
    delete(_REJECTED).where(
        _REJECTED.c.installation_id == bindparam("forgotten_of"), _REJECTED.c.identity == bindparam("forgotten")
    )
)


class Result(NamedTuple):
    """What became of one report. id: as sent if it was a string, else None."""

    id: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    code: str | None = None
    detail: str | None = None


class Intake:
    """The batches of one transaction on their way in: what is known already, and what they add."""

    def __init__(self, runtime: Runtime, session: Session, batches: Sequence[tuple[Reporter, Batch]]) -> None:
        """batches: all that `take` will be asked for, of different installations."""
        self.runtime, self.session = runtime, session
        self.tallies: dict[Owner, Tally] = defaultdict(Tally)
        self.receipts: dict[Owner, Receipt] = {}
        self.first_days: dict[Owner, dict[bytes, date]] = defaultdict(dict)
        # Reports of whole batches: `usage_rows.ALL`, as the database takes them. Those judged one by one: `accepted`.
        self.converted: list[tuple[Any, ...]] = []
        self.accepted: list[dict[str, Any]] = []
        self.rejected: dict[tuple[UUID, bytes], dict[str, Any]] = {}
        self.forgotten: set[tuple[UUID, bytes]] = set()
        self.known = known_reports.find(session.connection(), batches)

    def take(self, reporter: Reporter, batch: Batch, item_ids: Set[str]) -> list[Result]:
        """Judge a batch; results in its order. item_ids: what its kit has."""
        if not batch.reports:
            return []
        taking = _Taking(self, reporter, batch, item_ids)
        if batch.ordinary is not None and taking.fits(batch.ordinary):
            results = taking.take_whole(batch.ordinary)
        else:
            results = [taking.take(sent) for sent in batch.reports]
        taking.end()
        return results

    def store(self) -> None:
        """Write everything that the batches change, the installations themselves apart."""
        connection = self.session.connection()
        gone = [{"forgotten_of": of, "forgotten": identity} for of, identity in sorted(self.forgotten)]
        _FORGET.run_many(connection, gone)
        learners.remember(connection, self.first_days, self.tallies)
        values = [[row[name] for name in usage_rows.ALL] for row in self.accepted]
        reports = [*self.converted, *usage_rows.converted(self.runtime, usage_rows.ALL, values)]
        rejected = [self.rejected[key] for key in sorted(self.rejected)]
        sets = [
            row_set(connection.dialect, _REJECTED, rejected),
            # In one order everywhere, so that clones that send the same reports at once do not deadlock.
            RowSet(_REPORTS, usage_rows.ALL, sorted(reports, key=itemgetter(0))),
            *usage_totals.additions(connection.dialect, self.tallies, self.receipts),
        ]
        insert_all(connection, sets)


class _Taking:
    """One batch of an intake."""

    def __init__(self, intake: Intake, reporter: Reporter, batch: Batch, item_ids: Set[str]) -> None:
        self.intake, self.reporter, self.batch, self.item_ids = intake, reporter, batch, item_ids
        self.owner: Owner = (reporter.organisation_id, reporter.kit_id)
        self.tally = intake.tallies[self.owner]
        self.shared = usage_rows.shared_columns(intake.runtime, reporter, batch.sent_at, batch.received_at)
        self.received_day: date = self.shared["received_day"]
        self.numbers = ReceivedNumbers(reporter.received_numbers)
        self.new_numbers: dict[int, bytes] = {}
        self.removed = Removed()
        if intake.known.any_removed:
            self.removed = removed_reports.find(intake.runtime, intake.session, reporter.id, batch.reports)
        receipt = intake.receipts.get(self.owner)
        if receipt is None or receipt.at < batch.received_at:
            intake.receipts[self.owner] = Receipt(batch.received_at, self.received_day)

    def fits(self, ordinary: Ordinary) -> bool:
        """Whether nothing known speaks against any of the batch, so that `take` would accept every one."""
        known = self.intake.known
        return not (
            known.rejected
            or self.removed.reports
            or self.removed.rejections
            or not known.accepted.keys().isdisjoint(ordinary.accepted)
            or not ordinary.item_ids <= self.item_ids
            or ordinary.earliest < earliest_counted(self.reporter.activated_at)
            or any(number in self.numbers for number in ordinary.numbers)
        )

    def take_whole(self, ordinary: Ordinary) -> list[Result]:
        """Accept all of a batch that `fits`, as `take` would one by one."""
        self.new_numbers = dict.fromkeys(ordinary.numbers, b"")
        self.intake.known.accepted.update(ordinary.accepted)
        shared = [self.shared[name] for name in usage_rows.OF_BATCH]
        ours = [(learner_hash, *shared) for learner_hash in self._learner_hashes(ordinary)]
        ours = usage_rows.converted(self.intake.runtime, usage_rows.OF_SENDER, ours)
        self.intake.converted += [(*row, *rest) for row, rest in zip(ordinary.rows, ours, strict=True)]
        self.tally.add(ordinary.tally)
        self.tally.receipts[self.received_day, "accepted"] += len(ordinary.rows)
        return [Result(sent.sent_id, "accepted") for sent in self.batch.reports]

    def _learner_hashes(self, ordinary: Ordinary) -> list[bytes | None]:
        """Of each report; the days of its learner are noted."""
        if not ordinary.learners:
            return [None] * len(ordinary.rows)
        hashes = []
        for learner, day in ordinary.learners:
            learner_hash = usage_rows.hash_learner(self.intake.runtime, self.reporter.kit_id, learner)
            usage_rows.note_learner(self.intake.first_days[self.owner], learner_hash, day)
            hashes.append(learner_hash)
        return hashes

    def take(self, sent: Examined) -> Result:
        """Judge one report and note what it changes."""
        report = sent.report
        if report is None:
            self._number(sent, sent.identity if sent.sent_id is not None else None)
            return self._reject(sent, "invalid", str(sent.fault))
        self._number(sent, sent.identity)
        known = self._known(report.id)
        if known is not None:
            if known[0] != sent.content_hash:
                return self._reject(sent, "id_reused", "This id came before with other content.")
            self.tally.receipts[self.received_day, "duplicates"] += 1
            return Result(sent.sent_id, "duplicate")
        unknown = sorted(report.item_ids - self.item_ids)
        if unknown:
            return self._reject(sent, "item_unknown", f"The kit has no item {unknown[0]}.")
        return self._accept(sent, report)

    def end(self) -> None:
        """Note the batch's numbers with the installation."""
        self.numbers.add_all(self.new_numbers)
        self.reporter.received_numbers = str(self.numbers)
        self.reporter.missing_reports = self.numbers.missing

    def _known(self, report_id: UUID) -> tuple[bytes, int] | None:
        """Content hash and number of a report that was accepted before."""
        known = self.intake.known.accepted.get(report_id.int)
        if known is None and self.removed.reports:
            known = self.removed.reports.get(report_id)
        return known

    def _accept(self, sent: Examined, report: Report) -> Result:
        counted = counted_time(
            report.happened_at,
            self.batch.shift,
            activated_at=self.reporter.activated_at,
            received_at=self.batch.received_at,
        )
        self._forget_rejection(sent.identity)
        self.intake.known.accepted[report.id.int] = (sent.content_hash, report.seq)
        row = usage_rows.report_row(self.intake.runtime, report, sent.content_hash, self.shared, counted)
        self.intake.accepted.append(row)
        usage_rows.count(self.tally, self.intake.first_days[self.owner], report, row)
        code = "dated_on_receipt" if counted.dated_on_receipt else None
        detail = "Its time is out of range, so it counts on the day it was received." if code else None
        return Result(sent.sent_id, "accepted", code, detail)

    def _reject(self, sent: Examined, code: str, detail: str) -> Result:
        if sent.identity in self.removed.rejections:
            # It was rejected, counted and removed long ago: judged afresh, but neither kept nor counted again.
            return Result(sent.sent_id, "rejected", code, detail)
        self._forget_rejection(sent.identity)
        self.tally.receipts[self.received_day, "rejected"] += 1
        row = usage_rows.rejection_row(sent, self.shared, code, carried=self.batch.carried)
        self.intake.rejected[self.reporter.id, sent.identity] = row
        return Result(sent.sent_id, "rejected", code, detail)

    def _forget_rejection(self, identity: bytes) -> None:
        """A rejected id that comes again is judged afresh, and kept and counted once."""
        intake = self.intake
        if not intake.rejected and not intake.known.rejected:
            return
        key = (self.reporter.id, identity)
        if key in intake.rejected:
            del intake.rejected[key]
            self.tally.receipts[self.received_day, "rejected"] -= 1
        elif key in intake.known.rejected and key not in intake.forgotten:
            intake.forgotten.add(key)
            rejected = intake.known.rejected[key]
            # It may have come when the installation ran another kit.
            intake.tallies[self.owner[0], rejected.kit_id].receipts[rejected.received_day, "rejected"] -= 1

    def _number(self, sent: Examined, identity: bytes | None) -> None:
        """Note a sequence number; one that came under another id says that the installation was copied."""
        seq = sent.seq
        if seq is None:
            return
        if seq in self.new_numbers:
            copied = identity is not None and self.new_numbers[seq] not in (identity, b"")
        else:
            copied = seq in self.numbers and identity is not None and not self._carried_before(sent, seq)
            self.new_numbers[seq] = identity or b""
        if copied and self.reporter.copied_at is None:
            self.reporter.copied_at = self.batch.received_at

    def _carried_before(self, sent: Examined, seq: int) -> bool:
        """Whether the id that carries the number now is one that carried it before."""
        if sent.identity in self.removed.rejections:
            # Its number is no longer known, so nothing is said against it.
            return True
        rejected = self.intake.known.rejected.get((self.reporter.id, sent.identity))
        if rejected is not None and rejected.seq == seq:
            return True
        known = self._known(sent.id) if sent.id is not None else None
        return known is not None and known[1] == seq
