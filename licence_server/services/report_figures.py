"""The figures of a report, each from the totals, each as the contract words it.

What they mean is written down for readers in docs/figures.md.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, distinct, func, or_, select
from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.domain.period import Period
from licence_server.domain.tally import ITEM_MEASURES, RECEIPT_MEASURES, USAGE_MEASURES
from licence_server.models import Installation, Licence
from licence_server.services import field_sums, period_rows, period_sums
from licence_server.services.field_sums import FieldSums, Since
from licence_server.services.runtime import Runtime
from licence_server.services.written_once import Statement


class Figures:
    """One report, figure by figure."""

    def __init__(self, session: Session, runtime: Runtime, period: Period, kit_id: str | None, now: datetime) -> None:
        self.session, self.period, self.kit_id, self.now = session, period, kit_id, now
        self.timezone = runtime.timezone
        self.start = dates.start_of(period.first, runtime.timezone) if period.first is not None else None
        self.end = dates.end_of(period.last, runtime.timezone) if period.last is not None else None
        self.moment = min(self.end, now) if self.end is not None else now

    def document(self) -> dict[str, Any]:
        usage = self._sums(period_sums.usage, USAGE_MEASURES)
        receipts = self._sums(period_sums.receipts, RECEIPT_MEASURES, "last_received_at")
        field = self._field()
        installations = field.installations()
        answering = installations["reporting"] + installations["silent"]
        return {
            "period": {"from": iso(self.period.first), "to": iso(self.period.last)},
            "kit": self.kit_id,
            "generated_at": iso(self.now.replace(microsecond=0)),
            "organisations": {
                "granted": self._count(select(func.count(distinct(Licence.organisation_id))).where(*self.granted())),
                "activated": field.organisations,
                "reporting": self._count(period_sums.reporting(self.period, self.kit_id)),
            },
            "installations": installations,
            "sessions": {
                "workshop": usage["workshop_sessions"],
                "individual": usage["individual_sessions"],
                "total": usage["workshop_sessions"] + usage["individual_sessions"],
            },
            "attendances": usage["attendances"],
            "distinct_learners": usage["distinct_learners"],
            "session_seconds": usage["session_seconds"],
            "items": self._items(),
            "feedback": {
                "count": usage["feedback_count"],
                "mean_rating": _ratio(usage["rating_sum"], usage["feedback_count"], 2),
            },
            "reports": {
                "accepted": receipts["accepted"],
                "rejected": receipts["rejected"],
                "missing": field.missing,
                "duplicates": receipts["duplicates"],
                "dated_on_receipt": receipts["dated_on_receipt"],
            },
            "coverage": {
                "reporting_share": _ratio(installations["reporting"], answering, 4),
                "last_report_at": iso(receipts["last_received_at"]),
            },
        }

    def last_report_at(self) -> datetime | None:
        """When the last report came, of those received in the period."""
        rows = period_rows.receipts(self.period, self.kit_id)
        last: datetime | None = self.session.scalar(select(func.max(rows.c.last_received_at)))
        return last

    def granted(self) -> list[ColumnElement[bool]]:
        """Licences that overlap the period; one not yet begun has no end."""
        conditions: list[ColumnElement[bool]] = [
            or_(Licence.revoked_at.is_(None), Licence.revoked_at > Licence.starts_at)
        ]
        if self.kit_id is not None:
            conditions.append(Licence.kit_id == self.kit_id)
        if self.end is not None:
            conditions.append(Licence.starts_at < self.end)
        if self.start is not None:
            for column in (Licence.ends_at, Licence.revoked_at):
                conditions.append(or_(column.is_(None), column > self.start))
        return conditions

    def activated(self) -> list[ColumnElement[bool]]:
        """Of the kit, activated by the end of the period, and neither released nor revoked before its start."""
        return [*self.of_kit(), *self.overlapping()]

    def overlapping(self) -> list[ColumnElement[bool]]:
        """The same of any kit."""
        return field_sums.overlapping(self.start, self.end)

    def of_kit(self) -> list[ColumnElement[bool]]:
        """Installations of the kit; of all where none was chosen."""
        return period_rows.of_kit(Installation, self.kit_id)

    def answering(self, answer: str) -> list[ColumnElement[bool]]:
        """Installations as they answered by the end of the period; see `field_sums.answering`."""
        return field_sums.answering(answer, self._since(self.moment))

    def _field(self) -> FieldSums:
        query = field_sums.sums(self.kit_id, self.start, self.end, self._since(self.moment))
        return FieldSums(*map(int, self.session.execute(query).one()))

    def synced_by(self, moment: datetime) -> ColumnElement[bool]:
        """Of an installation: synced within the check-in time of its licence that ends at a moment."""
        return field_sums.synced_since(self._since(moment))

    def _since(self, moment: datetime) -> Since:
        return tuple((days, dates.to_hour(dates.shifted(moment, timedelta(days=-days)))) for days in self._terms)

    @cached_property
    def _terms(self) -> list[int]:
        """Every check-in time that a licence has."""
        return sorted(self.session.scalars(select(Licence.check_in_days).distinct()))

    def _items(self) -> list[dict[str, Any]]:
        return [
            {"id": item_id, "title": title, **dict(zip(ITEM_MEASURES, map(int, amounts), strict=True))}
            for item_id, title, *amounts in self.session.execute(period_sums.items(self.period, self.kit_id))
        ]

    def _sums(self, query: Callable[[Period, str | None], Statement], measures: Sequence[str], *also: str) -> Any:
        """By name what a query gives: of each measure the sum, and what comes after them."""
        row = self.session.execute(query(self.period, self.kit_id)).one()
        amounts = map(int, row[: len(measures)])
        return dict(zip((*measures, *also), (*amounts, *row[len(measures) :]), strict=True))

    def _count(self, query: Select[Any]) -> int:
        return int(self.session.scalar(query) or 0)


def _ratio(part: int, whole: int, digits: int) -> float | None:
    return round(part / whole, digits) if whole else None


def iso(moment: date | None) -> str | None:
    """ISO 8601; moments in UTC with a Z, as everywhere in the API."""
    return moment.isoformat().replace("+00:00", "Z") if moment is not None else None
