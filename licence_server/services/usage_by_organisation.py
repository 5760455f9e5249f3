"""The rows behind a figure: what each organisation adds to it, and all of them added up."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Subquery, func, select

from licence_server.domain.period import Period
from licence_server.domain.tally import USAGE_MEASURES
from licence_server.models import Organisation
from licence_server.services import period_rows
from licence_server.services.paging import Page, page
from licence_server.services.runtime import Runtime
from licence_server.services.written_once import Statement, written_once


def list_page(
    runtime: Runtime, period: Period, *, limit: int, cursor: str | None, **narrower: Any
) -> Page[tuple[object, ...]]:
    """Rows (id, name, sector, measures …, plays) of organisations with use in a period, by name.

    narrower: see `_rows`.
    """
    query = _rows(period, **narrower).order_by(Organisation.name, Organisation.id)
    with runtime.database.snapshot() as session:
        return page(session, query, limit, cursor)


def totals(runtime: Runtime, period: Period, **narrower: Any) -> dict[str, int]:
    """All of these rows added up: the measures and `plays`, `organisations`, and `reporting`, those with a session."""
    with runtime.database.reading() as session:
        row = session.execute(_totals(period, **narrower)).one()
        return {name: int(value) for name, value in row._mapping.items()}


@written_once
def _totals(period: Period, **narrower: Any) -> Statement:
    rows = _rows(period, **narrower).subquery()
    sums = [func.coalesce(func.sum(rows.c[measure]), 0).label(measure) for measure in (*USAGE_MEASURES, "plays")]
    with_session = func.count().filter(rows.c.workshop_sessions + rows.c.individual_sessions > 0)
    return select(*sums, func.count().label("organisations"), with_session.label("reporting")).select_from(rows)


@written_once
def _rows(
    period: Period,
    *,
    kit_id: str | None = None,
    sector: str | None = None,
    reporting: bool = False,
    item_id: str | None = None,
) -> Statement:
    """sector: the name of one; "" for organisations without; None for all. reporting: only those with a session.
    item_id: only those that played it, and its plays alone."""
    use, played = _use(period, kit_id), _played(period, kit_id, item_id)
    plays = func.coalesce(played.c.plays, 0)
    query: Statement = (
        select(
            Organisation.id,
            Organisation.name,
            Organisation.sector,
            *(use.c[measure] for measure in USAGE_MEASURES),
            plays.label("plays"),
        )
        .join(use, use.c.organisation_id == Organisation.id)
        .outerjoin(played, played.c.organisation_id == Organisation.id)
    )
    if sector is not None:
        query = query.where(func.coalesce(Organisation.sector, "") == sector)
    if reporting:
        query = query.where(use.c.workshop_sessions + use.c.individual_sessions > 0)
    return query.where(plays > 0) if item_id is not None else query


@written_once
def _use(period: Period, kit_id: str | None) -> Subquery:
    return _by_organisation(period_rows.usage(period, kit_id), USAGE_MEASURES).subquery()


@written_once
def _played(period: Period, kit_id: str | None, item_id: str | None) -> Subquery:
    items = period_rows.items_undated(period, kit_id)
    films = _by_organisation(items, ("plays",))
    return (films.where(items.c.item_id == item_id) if item_id is not None else films).subquery()


def _by_organisation(rows: Subquery, measures: Sequence[str]) -> Statement:
    sums = [func.sum(rows.c[measure]).label(measure) for measure in measures]
    return select(rows.c.organisation_id, *sums).group_by(rows.c.organisation_id)
