"""What the rows of a period add up to, each in one statement."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Subquery, and_, func, select

from licence_server.domain.period import Period
from licence_server.domain.tally import ITEM_MEASURES, RECEIPT_MEASURES, USAGE_MEASURES
from licence_server.models import KitItem
from licence_server.services import period_rows
from licence_server.services.written_once import Statement, written_once


@written_once
def usage(period: Period, kit_id: str | None) -> Statement:
    return select(*_added_up(period_rows.usage(period, kit_id), USAGE_MEASURES))


@written_once
def receipts(period: Period, kit_id: str | None) -> Statement:
    rows = period_rows.receipts(period, kit_id)
    return select(*_added_up(rows, RECEIPT_MEASURES), func.max(rows.c.last_received_at))


def _added_up(rows: Subquery, measures: Sequence[str]) -> Iterator[ColumnElement[int]]:
    return (func.coalesce(func.sum(rows.c[measure]), 0) for measure in measures)


@written_once
def reporting(period: Period, kit_id: str | None) -> Statement:
    return select(func.count()).select_from(period_rows.reporting(period, kit_id).subquery())


@written_once
def items(period: Period, kit_id: str | None) -> Statement:
    rows = period_rows.items_undated(period, kit_id)
    sums = [func.sum(rows.c[measure]).label(measure) for measure in ITEM_MEASURES]
    # Added up before the titles come in, in the order the rows lie in.
    use = select(rows.c.kit_id, rows.c.item_id, *sums).group_by(rows.c.kit_id, rows.c.item_id).subquery()
    return (
        select(KitItem.item_id, KitItem.title, *(func.coalesce(use.c[measure], 0) for measure in ITEM_MEASURES))
        .outerjoin(use, and_(use.c.kit_id == KitItem.kit_id, use.c.item_id == KitItem.item_id))
        .where(*period_rows.of_kit(KitItem, kit_id))
        .order_by(KitItem.kit_id, KitItem.position)
    )
