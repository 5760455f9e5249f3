"""The committee's report: counted to the last one for the team, in published form for everybody else."""

from datetime import datetime

from sqlalchemy import select

from licence_server.domain.audit_chain import Head
from licence_server.domain.committee_report import Fact, Report
from licence_server.domain.dates import day_of, in_words
from licence_server.domain.errors import not_found
from licence_server.domain.months import Month, PublishablePeriod, month_of
from licence_server.domain.period import ALL_TIME, Period
from licence_server.domain.series import By
from licence_server.models import Kit
from licence_server.services import audit, figure_rows, reports
from licence_server.services.committee_published import only_kit, published_report
from licence_server.services.committee_staff import staff_report
from licence_server.services.committee_words import coverage_of, facts_of
from licence_server.services.figures import figures
from licence_server.services.runtime import Runtime


def staff(runtime: Runtime, period: Period, *, now: datetime, kit_id: str | None = None, by: By = By.MONTH) -> Report:
    """Any days, counted to the last one; for those who are signed in. Raises NotFound for an unknown kit."""
    found = figures(runtime, period, now=now, kit_id=kit_id, by=by)
    name = "all kits"
    if kit_id is not None:
        with runtime.database.reading() as session:
            kit = session.get(Kit, kit_id)
            name = kit.name if kit is not None else kit_id
    return staff_report(found, period=_words(period), kit_name=name, timezone=runtime.timezone.key)


def overview(runtime: Runtime, *, now: datetime) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """The figures of all time and what they cover, without months, sectors and range: quick at any size."""
    document = reports.report(runtime, ALL_TIME, now=now)
    return facts_of(document), coverage_of(document)


def published(runtime: Runtime, period: PublishablePeriod, *, now: datetime, kit_id: str | None = None) -> Report:
    """A whole month that is over, or the whole trial. Raises Invalid, NotFound, Conflict (see docs/figures.md)."""
    period.require_past(day_of(now, runtime.timezone))
    with runtime.database.snapshot() as session:
        if kit_id is None:
            kit = only_kit(list(session.scalars(select(Kit).limit(2))))
        else:
            found = session.get(Kit, kit_id)
            if found is None:
                raise not_found("kit", kit_id)
            kit = found
        return published_report(session, runtime, period, kit, now)


def months_to_publish(runtime: Runtime, kit_id: str, *, now: datetime) -> list[Month]:
    """The months with use that are over, the newest first."""
    this_month = month_of(day_of(now, runtime.timezone))
    with runtime.database.reading() as session:
        months = figure_rows.months_of_use(session, kit_id)
    return [month for month in reversed(months) if month < this_month]


def record_export(runtime: Runtime, report: Report, *, now: datetime, actor: str, format_: str) -> Head:
    """The report leaves the house: an audit entry says who took it in which form, and its head comes along."""
    period = {"from": report.first, "to": report.last}
    after = {"period": period, "kit": report.kit, "form": report.form, "format": format_, "by": report.by}
    return audit.record_alone(runtime, now=now, actor=actor, action="report_exported", subject="report", after=after)


def _words(period: Period) -> str:
    first, last = (in_words(day) if day is not None else None for day in (period.first, period.last))
    if first is None and last is None:
        return "All time"
    if first is None:
        return f"Up to {last}"
    return f"{first} to {last or 'now'}"
