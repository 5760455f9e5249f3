"""The rows behind a figure: what each organisation adds to it."""

from sqlalchemy import func, select

from licence_server.domain.period import Period
from licence_server.domain.tally import USAGE_MEASURES
from licence_server.models import Organisation, UsageTotal
from licence_server.services.paging import Page, page
from licence_server.services.report_figures import days_within
from licence_server.services.runtime import Runtime


def list_page(
    runtime: Runtime,
    period: Period,
    *,
    limit: int,
    cursor: str | None,
    kit_id: str | None = None,
    sector: str | None = None,
) -> Page[tuple[object, ...]]:
    """Rows (id, name, sector, measures …) of organisations with use in a period, by name.

    sector: the name of one; "" for organisations without; None for all.
    """
    sums = [func.sum(getattr(UsageTotal, measure)).label(measure) for measure in USAGE_MEASURES]
    query = (
        select(Organisation.id, Organisation.name, Organisation.sector, *sums)
        .join(UsageTotal, UsageTotal.organisation_id == Organisation.id)
        .where(*days_within(UsageTotal.day, period))
        .group_by(Organisation.id, Organisation.name, Organisation.sector)
        .order_by(Organisation.name, Organisation.id)
    )
    if kit_id is not None:
        query = query.where(UsageTotal.kit_id == kit_id)
    if sector is not None:
        query = query.where(func.coalesce(Organisation.sector, "") == sector)
    with runtime.database.snapshot() as session:
        return page(session, query, limit, cursor)
