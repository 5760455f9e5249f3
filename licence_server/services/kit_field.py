"""How a kit stands in the field: its licences by status, its versions, the use of its items."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from licence_server.domain.licence import Status
from licence_server.domain.tally import ITEM_MEASURES
from licence_server.models import Installation, ItemOverall, Kit, KitItem, Licence
from licence_server.services.installation_filters import in_use
from licence_server.services.licence_filters import with_status
from licence_server.services.paging import Page, page
from licence_server.services.runtime import Runtime


class KitRow(NamedTuple):
    """A kit in a list, with its films and documents, its licences of any status and its installations in use."""

    kit: Kit
    licences: int
    installations: int


class Version(NamedTuple):
    """One build of a kit, with the installations of it in use and the newest sync of any of them."""

    version: str
    installations: int
    last_sync_at: datetime | None


class ItemUse(NamedTuple):
    """A film or document and its use of all time. seconds: for how long it was played, all plays added up."""

    id: str
    title: str
    plays: int
    completions: int
    seconds: int


class Field(NamedTuple):
    """A kit in the field. licences: how many by status. items: in their order."""

    kit: Kit
    licences: dict[Status, int]
    versions: list[Version]
    items: list[ItemUse]


def list_page(runtime: Runtime, *, now: datetime, limit: int, cursor: str | None) -> Page[KitRow]:
    """Kits by id."""
    with runtime.database.snapshot() as session:
        found = page(session, select(Kit).order_by(Kit.id), limit, cursor)
        ids = [kit.id for kit in found.items]
        granted: Select[*tuple[Any, ...]] = select(Licence.kit_id, func.count()).group_by(Licence.kit_id)
        used: Select[*tuple[Any, ...]] = (
            select(Installation.kit_id, func.count())
            .join(Licence, Licence.id == Installation.licence_id)
            .where(*in_use(now))
            .group_by(Installation.kit_id)
        )
        licences = {row[0]: row[1] for row in session.execute(granted.where(Licence.kit_id.in_(ids)))}
        installations = {row[0]: row[1] for row in session.execute(used.where(Installation.kit_id.in_(ids)))}
    rows = [KitRow(kit, licences.get(kit.id, 0), installations.get(kit.id, 0)) for kit in found.items]
    return Page(rows, found.next_cursor, found.previous_cursor)


def field_of(runtime: Runtime, kit: Kit, *, now: datetime) -> Field:
    """How a kit stands at a moment."""
    counted: Select[*tuple[Any, ...]] = select(func.count()).select_from(Licence).where(Licence.kit_id == kit.id)
    versions: Select[*tuple[Any, ...]] = (
        select(Installation.kit_version, func.count(), func.max(Installation.last_sync_at))
        .join(Licence, Licence.id == Installation.licence_id)
        .where(Installation.kit_id == kit.id, *in_use(now))
        .group_by(Installation.kit_version)
        .order_by(func.count().desc(), Installation.kit_version)
    )
    sums = [func.coalesce(func.sum(getattr(ItemOverall, measure)), 0) for measure in ITEM_MEASURES]
    items: Select[*tuple[Any, ...]] = (
        select(KitItem.item_id, KitItem.title, *sums)
        .outerjoin(ItemOverall, (ItemOverall.kit_id == KitItem.kit_id) & (ItemOverall.item_id == KitItem.item_id))
        .where(KitItem.kit_id == kit.id)
        .group_by(KitItem.item_id, KitItem.title, KitItem.position)
        .order_by(KitItem.position)
    )
    with runtime.database.snapshot() as session:
        return Field(
            kit=kit,
            licences={status: int(session.scalar(with_status(counted, status, now)) or 0) for status in Status},
            versions=[Version(*row) for row in session.execute(versions)],
            items=[ItemUse(row[0], row[1], *(int(value) for value in row[2:])) for row in session.execute(items)],
        )
