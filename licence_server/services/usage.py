"""Receive usage reports: judge each, store it once and for ever, keep the totals true.

Not a use case of its own: a sync calls `receive` inside its transaction, with the installation's row
locked. Everything goes to the database in sets, however many reports there are.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from licence_server.domain import dates, usage_report
from licence_server.domain.counted_time import counted_time
from licence_server.domain.received_numbers import ReceivedNumbers
from licence_server.domain.tally import Tally
from licence_server.domain.usage_report import InvalidReport, Report
from licence_server.models import Installation, Kit, RejectedReport, UsageReport
from licence_server.services import learners, removed_reports, usage_rows, usage_totals
from licence_server.services.runtime import Runtime
from licence_server.services.usage_rows import Batch
from licence_server.services.usage_totals import Owner, Receipt


@dataclass(frozen=True)
class Result:
    """What became of one report. id: as sent if it was a string, else None."""

    id: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    code: str | None = None
    detail: str | None = None


def receive(runtime: Runtime, session: Session, installation: Installation, batch: Batch) -> list[Result]:
    """Judge and store a batch; results in its order."""
    if not batch.reports:
        return []
    intake = _Intake(runtime, session, installation, batch)
    results = [intake.take(raw) for raw in batch.reports]
    intake.store()
    return results


@dataclass
class _Intake:
    """One batch on its way in: what is known already, and what it adds."""

    runtime: Runtime
    session: Session
    installation: Installation
    batch: Batch
    tallies: dict[Owner, Tally] = field(default_factory=lambda: defaultdict(Tally))
    accepted: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    rejected: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    forgotten: set[bytes] = field(default_factory=set)
    first_days: dict[bytes, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.owner: Owner = (self.installation.organisation_id, self.installation.kit_id)
        self.tally = self.tallies[self.owner]
        self.received_day = dates.day_of(self.batch.received_at, self.runtime.timezone)
        self.numbers = ReceivedNumbers(self.installation.received_numbers)
        self.new_numbers: dict[int, bytes] = {}
        self.identities = [usage_report.identity(raw) for raw in self.batch.reports]
        self.position = 0
        self.item_ids = {item.item_id for item in self.session.get_one(Kit, self.installation.kit_id).items}
        ids = [report_id for raw in self.batch.reports if (report_id := usage_report.claimed_id(raw)) is not None]
        self.known: dict[UUID, tuple[bytes, int]] = {
            row.id: (row.content_hash, row.seq)
            for row in self.session.execute(
                select(UsageReport.id, UsageReport.content_hash, UsageReport.seq).where(UsageReport.id.in_(ids))
            )
        }
        self.refused: dict[bytes, Any] = {
            row.identity: row
            for row in self.session.execute(
                select(
                    RejectedReport.identity, RejectedReport.seq, RejectedReport.received_day, RejectedReport.kit_id
                ).where(
                    RejectedReport.installation_id == self.installation.id,
                    RejectedReport.identity.in_(self.identities),
                )
            )
        }
        # After the raw reports: retention moves an id from there to here, so it is found in one of the two.
        removed = removed_reports.find(
            self.runtime, self.session, self.installation.id, self.batch.reports, self.identities
        )
        self.known = {**removed.reports, **self.known}
        self.removed_rejections = removed.rejections

    def take(self, raw: Any) -> Result:
        """Judge one report and note what it changes."""
        identity = self.identities[self.position]
        self.position += 1
        sent_id = raw.get("id") if isinstance(raw, dict) else None
        sent_id = sent_id if isinstance(sent_id, str) else None
        try:
            report, content_hash = usage_report.read(raw)
        except InvalidReport as error:
            self._number(usage_report.claimed_seq(raw), identity if sent_id is not None else None)
            return self._reject(raw, sent_id, identity, "invalid", f"{error.field}: {error.detail}")
        self._number(report.seq, identity)
        if report.id in self.known:
            if self.known[report.id][0] != content_hash:
                return self._reject(raw, sent_id, identity, "id_reused", "This id came before with other content.")
            self.tally.receipts[self.received_day, "duplicates"] += 1
            return Result(sent_id, "duplicate")
        unknown = sorted(report.item_ids - self.item_ids)
        if unknown:
            return self._reject(raw, sent_id, identity, "item_unknown", f"The kit has no item {unknown[0]}.")
        return self._accept(report, content_hash, sent_id, identity)

    def store(self) -> None:
        """Write everything that the batch changes."""
        if self.forgotten:
            self.session.execute(
                delete(RejectedReport).where(
                    RejectedReport.installation_id == self.installation.id, RejectedReport.identity.in_(self.forgotten)
                )
            )
        if self.rejected:
            self.session.connection().execute(insert(RejectedReport), list(self.rejected.values()))
        if self.accepted:
            # In one order everywhere, so that clones that send the same reports at once do not deadlock.
            rows = sorted(self.accepted.values(), key=lambda row: row["id"].bytes)
            self.session.connection().execute(insert(UsageReport), rows)
        learners.remember(self.session, self.owner, self.first_days, self.tallies)
        usage_totals.apply(self.session, self.tallies, Receipt(self.batch.received_at, self.received_day))
        self.numbers.add_all(self.new_numbers)
        self.installation.received_numbers = str(self.numbers)
        self.installation.missing_reports = self.numbers.missing

    def _accept(self, report: Report, content_hash: bytes, sent_id: str | None, identity: bytes) -> Result:
        counted = counted_time(
            report.happened_at,
            self.batch.shift,
            activated_at=self.installation.activated_at,
            received_at=self.batch.received_at,
        )
        self._forget_rejection(identity)
        self.known[report.id] = (content_hash, report.seq)
        row = usage_rows.report_row(self.runtime, self.installation, report, content_hash, counted, batch=self.batch)
        self.accepted[report.id] = row
        usage_rows.count(self.tally, self.first_days, report, row)
        code = "dated_on_receipt" if counted.dated_on_receipt else None
        detail = "Its time is out of range, so it counts on the day it was received." if code else None
        return Result(sent_id, "accepted", code, detail)

    def _reject(self, raw: Any, sent_id: str | None, identity: bytes, code: str, detail: str) -> Result:
        if identity in self.removed_rejections:
            # It was rejected, counted and removed long ago: judged afresh, but neither kept nor counted again.
            return Result(sent_id, "rejected", code, detail)
        self._forget_rejection(identity)
        self.tally.receipts[self.received_day, "rejected"] += 1
        self.rejected[identity] = {
            "installation_id": self.installation.id,
            "identity": identity,
            "organisation_id": self.owner[0],
            "kit_id": self.owner[1],
            "report_id": usage_report.claimed_id(raw),
            "seq": usage_report.claimed_seq(raw),
            "code": code,
            "sent_at": self.batch.sent_at,
            "received_at": self.batch.received_at,
            "received_day": self.received_day,
            "carried": self.batch.carried,
            "report": msgspec.json.encode(raw).decode() if code == "item_unknown" else None,
        }
        return Result(sent_id, "rejected", code, detail)

    def _forget_rejection(self, identity: bytes) -> None:
        """A rejected id that comes again is judged afresh, and kept and counted once."""
        if identity in self.rejected:
            del self.rejected[identity]
            self.tally.receipts[self.received_day, "rejected"] -= 1
        elif identity in self.refused and identity not in self.forgotten:
            self.forgotten.add(identity)
            refused = self.refused[identity]
            # It may have come when the installation ran another kit.
            self.tallies[self.owner[0], refused.kit_id].receipts[refused.received_day, "rejected"] -= 1

    def _number(self, seq: int | None, identity: bytes | None) -> None:
        """Note a sequence number; one that came under another id says that the installation was copied."""
        if seq is None:
            return
        if seq in self.new_numbers:
            copied = identity is not None and self.new_numbers[seq] not in (identity, b"")
        else:
            copied = seq in self.numbers and identity is not None and not self._carried_before(seq, identity)
            self.new_numbers[seq] = identity or b""
        if copied and self.installation.copied_at is None:
            self.installation.copied_at = self.batch.received_at

    def _carried_before(self, seq: int, identity: bytes) -> bool:
        """Whether the id that carries the number now is one that carried it before."""
        if identity in self.removed_rejections:
            # Its number is no longer known, so nothing is said against it.
            return True
        if identity in self.refused and self.refused[identity].seq == seq:
            return True
        report_id = usage_report.claimed_id(self.batch.reports[self.position - 1])
        return report_id is not None and report_id in self.known and self.known[report_id][1] == seq
