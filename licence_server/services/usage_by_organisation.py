"""The rows behind a figure: what each organisation adds to it, and all of them added up."""

from typing import Any

from sqlalchemy import Select, func, select

from licence_server.domain.period import Period
from licence_server.domain.tally import USAGE_MEASURES
from licence_server.models import Organisation, UsageTotal
from licence_server.services.paging import Page, page
from licence_server.services.report_figures import days_within
from licence_server.services.runtime import Runtime

_SESSIONS = func.sum(UsageTotal.workshop_sessions + UsageTotal.individual_sessions)


def list_page(
    runtime: Runtime, period: Period, *, limit: int, cursor: str | None, **narrower: Any
) -> Page[tuple[object, ...]]:
    """Rows (id, name, sector, measures …) of organisations with use in a period, by name. narrower: see `_rows`."""
    query = _rows(period, **narrower).order_by(Organisation.name, Organisation.id)
    with runtime.database.snapshot() as session:
        return page(session, query, limit, cursor)


def totals(runtime: Runtime, period: Period, **narrower: Any) -> dict[str, int]:
    """All of these rows added up: the measures, `organisations`, and `reporting`, those of them with a session."""
    rows = _rows(period, **narrower).subquery()
    sums = [func.coalesce(func.sum(rows.c[measure]), 0).label(measure) for measure in USAGE_MEASURES]
    with_session = func.count().filter(rows.c.workshop_sessions + rows.c.individual_sessions > 0)
    query = select(*sums, func.count().label("organisations"), with_session.label("reporting")).select_from(rows)
    with runtime.database.reading() as session:
        return {name: int(value) for name, value in session.execute(query).one()._mapping.items()}


def _rows(
    period: Period, *, kit_id: str | None = None, sector: str | None = None, reporting: bool = False
) -> Select[Any]:
    """sector: the name of one; "" for organisations without; None for all. reporting: only those with a session."""
    sums = [func.sum(getattr(UsageTotal, measure)).label(measure) for measure in USAGE_MEASURES]
    query: Select[Any] = (
        select(Organisation.id, Organisation.name, Organisation.sector, *sums)
        .join(UsageTotal, UsageTotal.organisation_id == Organisation.id)
        .where(*days_within(UsageTotal.day, period))
        .group_by(Organisation.id, Organisation.name, Organisation.sector)
    )
    if kit_id is not None:
        query = query.where(UsageTotal.kit_id == kit_id)
    if sector is not None:
        query = query.where(func.coalesce(Organisation.sector, "") == sector)
    return query.having(_SESSIONS > 0) if reporting else query
