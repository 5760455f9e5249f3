"""The figures of a report, each from the totals, each as the contract words it.

What they mean is written down for readers in docs/figures.md.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, or_, select, true
from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.domain.period import Period
from licence_server.domain.tally import ITEM_MEASURES, RECEIPT_MEASURES, USAGE_MEASURES
from licence_server.models import Installation, Licence
from licence_server.services import installation_sums, period_rows, period_sums
from licence_server.services.runtime import Runtime
from licence_server.services.written_once import Statement


class _Field(NamedTuple):
    """Installations, and the organisations that have them."""

    organisations: int
    activated: int
    reporting: int
    copied: int
    declined: int
    missing: int

    def installations(self) -> dict[str, int]:
        return {
            "activated": self.activated,
            "reporting": self.reporting,
            "silent": self.activated - self.declined - self.reporting,
            "copied": self.copied,
            "declined": self.declined,
        }


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
        conditions: list[ColumnElement[bool]] = []
        if self.end is not None:
            conditions.append(Installation.activated_at < self.end)
        if self.start is not None:
            for column in (Installation.released_at, Installation.revoked_at):
                conditions.append(or_(column.is_(None), column >= self.start))
        return conditions

    def of_kit(self) -> list[ColumnElement[bool]]:
        """Installations of the kit; of all where none was chosen."""
        return period_rows.of_kit(Installation, self.kit_id)

    def answering(self, answer: str) -> list[ColumnElement[bool]]:
        """Of an installation and its licence, whether it is `reporting`, `silent` or `declined`; any other: no matter.

        An activation is no sync: one that has never synced is silent from the beginning.
        """
        declined = Installation.declined_at.is_not(None)
        if answer == "declined":
            return [declined]
        if answer == "reporting":
            return [~declined, self.synced_by(self.moment)]
        if answer == "silent":
            return [~declined, or_(Installation.last_sync_at.is_(None), ~self.synced_by(self.moment))]
        return []

    def _field(self) -> "_Field":
        counted = and_(true(), *self.overlapping())
        added = installation_sums.by_licence(
            activated=func.count().filter(counted),
            declined=func.count().filter(counted, *self.answering("declined")),
            reporting=func.count().filter(counted, *self.answering("reporting")),
            copied=func.count().filter(counted, Installation.copied_at.is_not(None)),
            # Of all: when a report that never came was sent is not known.
            missing=func.sum(Installation.missing_reports),
        )
        query = select(
            func.count(distinct(Licence.organisation_id)).filter(added.c.activated > 0),
            *(func.coalesce(func.sum(added.c[name]), 0) for name in _Field._fields[1:]),
        )
        row = self.session.execute(installation_sums.of_kit(query, added, self.kit_id)).one()
        return _Field(*map(int, row))

    def synced_by(self, moment: datetime) -> ColumnElement[bool]:
        """Of an installation: synced within the check-in time of its licence that ends at a moment."""
        terms = self._terms
        if not terms:
            return Installation.last_sync_at.is_not(None)
        since = {days: dates.to_hour(dates.shifted(moment, timedelta(days=-days))) for days in terms}
        soonest, latest = (Installation.last_sync_at >= since[days] for days in (min(terms), max(terms)))
        if len(terms) == 1:
            return soonest
        # Only what lies between the shortest and the longest time needs a look at its licence: most never do.
        days = select(Licence.check_in_days).where(Licence.id == Installation.licence_id).scalar_subquery()
        return or_(soonest, and_(latest, Installation.last_sync_at >= case(since, value=days)))

    @cached_property
    def _terms(self) -> list[int]:
        """Every check-in time that a licence has."""
        return list(self.session.scalars(select(Licence.check_in_days).distinct()))

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
