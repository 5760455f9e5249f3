"""What clients were told, kept apart from the server, and a checker that holds the database against it.

* Every acknowledged report is in the database, once, as it was sent; nothing is there that nobody sent.
* The totals say what the reports say; no licence has more seats taken than it has.
* Every acknowledged activation is in the database.
"""

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from licence_server.models import Installation, Licence, UsageReport, UsageTotal
from tests.support.deployment import Deployment


@dataclass
class History:
    """sent: reports by id. acknowledged: ids that an answer called accepted or duplicate."""

    sent: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    acknowledged: set[UUID] = field(default_factory=set)
    activated: set[UUID] = field(default_factory=set)
    answers: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def note_sent(self, reports: list[dict[str, Any]]) -> None:
        with self._changed:
            self.sent.update({UUID(report["id"]): report for report in reports})

    def note_answer(self, body: dict[str, Any]) -> None:
        """The answer to a sync or to an activation."""
        with self._changed:
            for result in body.get("results", []):
                if result["status"] in ("accepted", "duplicate"):
                    self.acknowledged.add(UUID(result["id"]))
            if "installation_id" in body:
                self.activated.add(UUID(body["installation_id"]))
            self.answers += 1
            self._changed.notify_all()

    def await_answers(self, more: int, timeout: float = 120) -> None:
        """Wait until so many more answers have come."""
        with self._changed:
            goal = self.answers + more
            assert self._changed.wait_for(lambda: self.answers >= goal, timeout), "no more answers came"


def faults(history: History, deployment: Deployment) -> list[str]:
    """What in the database contradicts the history; empty when all is well."""
    found = []
    with deployment.runtime.database.snapshot() as session:
        rows = session.execute(select(UsageReport.id, UsageReport.attendee_count, UsageReport.seq)).all()
        stored = Counter(row.id for row in rows)
        found += [f"report {one} was acknowledged and is lost" for one in history.acknowledged - stored.keys()]
        found += [f"report {one} was never sent" for one in stored.keys() - history.sent.keys()]
        found += [f"report {one} is there {times} times" for one, times in stored.items() if times > 1]
        for row in rows:
            sent = history.sent.get(row.id)
            if sent is not None and (sent["attendee_count"], sent["seq"]) != (row.attendee_count, row.seq):
                found.append(f"report {row.id} is not as it was sent")
        total = session.scalar(select(func.sum(UsageTotal.attendances))) or 0
        counted = sum(row.attendee_count for row in rows)
        if total != counted:
            found.append(f"the totals say {total} attendances, the reports {counted}")
        known = set(session.scalars(select(Installation.id)))
        found += [f"installation {one} was acknowledged and is lost" for one in history.activated - known]
        taken = session.execute(
            select(Licence.id, Licence.seat_limit, func.count())
            .join(Installation, Installation.licence_id == Licence.id)
            .where(Installation.seat_until > deployment.clock(), Licence.seat_limit.is_not(None))
            .group_by(Licence.id, Licence.seat_limit)
        )
        found += [f"licence {one} has {seats} of {limit} seats taken" for one, limit, seats in taken if seats > limit]
    return found
