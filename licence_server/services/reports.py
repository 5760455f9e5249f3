"""The report: how many organisations, sessions, attendances, and what is not known.

Figures come from the totals, so a report costs the same however many reports came in. What each figure
means is written in the contract and in docs/figures.md.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from licence_server.domain.audit_chain import Head
from licence_server.domain.errors import not_found
from licence_server.domain.period import Period
from licence_server.domain.tally import USAGE_MEASURES
from licence_server.models import Kit, Organisation
from licence_server.services import audit, period_rows
from licence_server.services.paging import Page, page
from licence_server.services.report_figures import Figures
from licence_server.services.runtime import Runtime


def report(runtime: Runtime, period: Period, *, now: datetime, kit_id: str | None = None) -> dict[str, Any]:
    """The report document of the contract. Raises NotFound for an unknown kit."""
    with runtime.database.snapshot() as session:
        if kit_id is not None and session.get(Kit, kit_id) is None:
            raise not_found("kit", kit_id)
        return Figures(session, runtime, period, kit_id, now).document()


def export(
    runtime: Runtime, period: Period, *, now: datetime, actor: str, kit_id: str | None = None
) -> tuple[dict[str, Any], Head]:
    """The report as something that leaves the house: an audit entry says who took it, and its head comes along."""
    document = report(runtime, period, now=now, kit_id=kit_id)
    head = audit.record_alone(
        runtime,
        now=now,
        actor=actor,
        action="report_exported",
        subject="report",
        after={"period": document["period"], "kit": kit_id},
    )
    return document, head


def organisation_summaries(
    runtime: Runtime,
    period: Period,
    *,
    limit: int,
    cursor: str | None,
    kit_id: str | None = None,
    organisation_id: UUID | None = None,
) -> Page[Any]:
    """Rows (organisation_id, organisation, kit_id, measures …), one per organisation and kit with usage."""
    rows = period_rows.usage(period, kit_id)
    sums = [func.sum(rows.c[measure]).label(measure) for measure in USAGE_MEASURES]
    query = (
        select(rows.c.organisation_id, Organisation.name.label("organisation"), rows.c.kit_id, *sums)
        .join(Organisation, Organisation.id == rows.c.organisation_id)
        .group_by(rows.c.organisation_id, Organisation.name, rows.c.kit_id)
        .order_by(rows.c.organisation_id, rows.c.kit_id)
    )
    if organisation_id is not None:
        query = query.where(rows.c.organisation_id == organisation_id)
    with runtime.database.snapshot() as session:
        return page(session, query, limit, cursor)
