"""Judge the reports of a batch, one by one or as a whole; what they change is noted, and written by others."""

from collections.abc import Set
from datetime import date
from typing import Any, Literal, NamedTuple
from uuid import UUID

from licence_server.domain.counted_time import counted_time, earliest_counted
from licence_server.domain.examined_report import Examined
from licence_server.domain.received_numbers import ReceivedNumbers
from licence_server.domain.usage_report import Report
from licence_server.services import usage_rows
from licence_server.services.added import Added
from licence_server.services.batches import Batch, Ordinary
from licence_server.services.removed_reports import Removed
from licence_server.services.row_sets import Names
from licence_server.services.runtime import Runtime
from licence_server.services.usage_rows import Reporter
from licence_server.services.usage_totals import Owner, Receipt


class Result(NamedTuple):
    """What became of one report. id: as sent if it was a string, else None."""

    id: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    code: str | None = None
    detail: str | None = None


class BatchJudgement:
    """One batch of an installation, on its way into what its transaction adds."""

    def __init__(
        self,
        runtime: Runtime,
        added: Added,
        reporter: Reporter,
        batch: Batch,
        item_ids: Set[str],
        removed: Removed,
    ) -> None:
        """item_ids: what its kit has. removed: what retention has removed of its reports."""
        self.runtime, self.added, self.reporter, self.batch, self.item_ids = runtime, added, reporter, batch, item_ids
        self.removed = removed
        self.owner: Owner = (reporter.organisation_id, reporter.kit_id)
        self.tally = added.tallies[self.owner]
        self.shared = usage_rows.shared_columns(runtime, reporter, batch.sent_at, batch.received_at)
        self.received_day: date = self.shared["received_day"]
        self.numbers = ReceivedNumbers(reporter.received_numbers)
        self.new_numbers: dict[int, bytes] = {}
        receipt = added.receipts.get(self.owner)
        if receipt is None or receipt.at < batch.received_at:
            added.receipts[self.owner] = Receipt(batch.received_at, self.received_day)

    def take_all(self) -> list[Result]:
        """Judge the batch; results in its order."""
        ordinary = self.batch.ordinary
        if ordinary is not None and self._fits(ordinary):
            results = self._take_whole(ordinary)
        else:
            results = [self._take(sent) for sent in self.batch.reports]
        self._note_numbers()
        return results

    def _fits(self, ordinary: Ordinary) -> bool:
        """Whether nothing known speaks against any of the batch, so that `_take` would accept every one."""
        known = self.added.known
        return not (
            known.rejected
            or self.removed.reports
            or self.removed.rejections
            or not known.accepted.keys().isdisjoint(ordinary.accepted)
            or not ordinary.item_ids <= self.item_ids
            or ordinary.earliest < earliest_counted(self.reporter.activated_at)
            or self.numbers.has_any(ordinary.numbers)
        )

    def _take_whole(self, ordinary: Ordinary) -> list[Result]:
        """Accept all of a batch that `_fits`, as `_take` would one by one."""
        self.new_numbers = dict.fromkeys(ordinary.numbers, b"")
        self.added.known.accepted.update(ordinary.accepted)
        shared = {**self.shared, "dated_on_receipt": False}
        [of_batch] = usage_rows.converted(self.runtime, tuple(shared), [tuple(shared.values())])
        for names, rows in (self._sessions(ordinary), (usage_rows.OF_FEEDBACK, ordinary.feedbacks)):
            self.added.reports[*names, *shared] += [(*row, *of_batch) for row in rows]
        self.tally.add(ordinary.tally)
        self.tally.receipts[self.received_day, "accepted"] += len(self.batch.reports)
        return [Result(sent.sent_id, "accepted") for sent in self.batch.reports]

    def _sessions(self, ordinary: Ordinary) -> tuple[Names, list[tuple[Any, ...]]]:
        """Columns and rows of the sessions, without what the batch shares. Notes the days of their learners."""
        if not ordinary.learners:
            return usage_rows.OF_SESSION, ordinary.sessions
        hashes = list[tuple[bytes | None]]()
        for learner, day in ordinary.learners:
            learner_hash = usage_rows.hash_learner(self.runtime, self.reporter.kit_id, learner)
            usage_rows.note_learner(self.added.first_days[self.owner], learner_hash, day)
            hashes.append((learner_hash,))
        converted = usage_rows.converted(self.runtime, usage_rows.OF_LEARNER, hashes)
        rows = [(*row, *hashed) for row, hashed in zip(ordinary.sessions, converted, strict=True)]
        return (*usage_rows.OF_SESSION, *usage_rows.OF_LEARNER), rows

    def _take(self, sent: Examined) -> Result:
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

    def _note_numbers(self) -> None:
        """Note the batch's numbers with the installation."""
        self.numbers.add_all(self.new_numbers)
        self.reporter.received_numbers = str(self.numbers)
        self.reporter.missing_reports = self.numbers.missing

    def _known(self, report_id: UUID) -> tuple[bytes, int] | None:
        """Content hash and number of a report that was accepted before."""
        known = self.added.known.accepted.get(report_id.int)
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
        self.added.known.accepted[report.id.int] = (sent.content_hash, report.seq)
        row = usage_rows.report_row(self.runtime, report, sent.content_hash, self.shared, counted)
        self.added.accepted[tuple(row)].append(tuple(row.values()))
        usage_rows.count(self.tally, self.added.first_days[self.owner], report, row)
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
        self.added.rejected[self.reporter.id, sent.identity] = row
        return Result(sent.sent_id, "rejected", code, detail)

    def _forget_rejection(self, identity: bytes) -> None:
        """A rejected id that comes again is judged afresh, and kept and counted once."""
        added = self.added
        if not added.rejected and not added.known.rejected:
            return
        key = (self.reporter.id, identity)
        if key in added.rejected:
            del added.rejected[key]
            self.tally.receipts[self.received_day, "rejected"] -= 1
        elif key in added.known.rejected and key not in added.forgotten:
            added.forgotten.add(key)
            rejected = added.known.rejected[key]
            # It may have come when the installation ran another kit.
            added.tallies[self.owner[0], rejected.kit_id].receipts[rejected.received_day, "rejected"] -= 1

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
        rejected = self.added.known.rejected.get((self.reporter.id, sent.identity))
        if rejected is not None and rejected.seq == seq:
            return True
        known = self._known(sent.id) if sent.id is not None else None
        return known is not None and known[1] == seq
