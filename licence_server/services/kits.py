"""Kits and their items."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from licence_server.database import CHANGE_LOCK
from licence_server.domain.errors import Conflict, not_found
from licence_server.models import Kit, KitItem
from licence_server.services import audit
from licence_server.services.paging import Page, page
from licence_server.services.preconditions import require_version
from licence_server.services.runtime import Runtime


def add(runtime: Runtime, *, now: datetime, actor: str, kit_id: str, name: str, items: Mapping[str, str]) -> Kit:
    """Add a kit. items: item id to title, in order. Raises Conflict where the kit exists."""
    kit = Kit(id=kit_id, name=name, created_at=now, updated_at=now, items=[])
    _append(kit, items)
    with runtime.database.writing() as session:
        session.add(kit)
        try:
            session.flush()
        except IntegrityError:
            raise Conflict("kit_exists", f"There is a kit {kit_id} already.") from None
        _record(runtime, session, kit, now=now, actor=actor, action="kit_added")
    return kit


def update(
    runtime: Runtime,
    kit_id: str,
    *,
    now: datetime,
    actor: str,
    name: str | None = None,
    items: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Kit:
    """Rename a kit, add items to it, retitle items. An item that reports may name is never taken away.

    Raises NotFound, Stale.
    """
    with runtime.database.writing() as session:
        kit = _load(session, kit_id, lock=True)
        require_version(kit.version, version)
        before = _details(kit)
        known = {item.item_id: item for item in kit.items}
        for item_id, title in (items or {}).items():
            if item_id in known:
                known[item_id].title = title
        _append(kit, {item_id: title for item_id, title in (items or {}).items() if item_id not in known})
        kit.name = name or kit.name
        kit.updated_at = now
        # Items are rows of their own; a change to one of them is a new version of the kit all the same.
        flag_modified(kit, "updated_at")
        session.flush()
        _record(runtime, session, kit, now=now, actor=actor, action="kit_changed", before=before)
    return kit


def add_or_extend(
    runtime: Runtime, kit_id: str, *, now: datetime, actor: str, name: str, items: Mapping[str, str]
) -> Kit:
    """Add a kit; where one of that id and name exists, add the items it lacks and take over the titles.

    Raises Conflict where the kit has another name, or nothing of this is new.
    """
    with runtime.database.writing() as session:
        kit = session.get(Kit, kit_id, with_for_update=CHANGE_LOCK)
        if kit is None:
            return add(runtime, now=now, actor=actor, kit_id=kit_id, name=name, items=items)
        known = {item.item_id: item.title for item in kit.items}
        if kit.name != name or {**known, **items} == known:
            raise Conflict("kit_exists", f"There is a kit {kit_id} already, {kit.name!r}, and nothing new for it.")
        return update(runtime, kit_id, now=now, actor=actor, items=items)


def get(runtime: Runtime, kit_id: str) -> Kit:
    """One kit. Raises NotFound."""
    with runtime.database.reading() as session:
        return _load(session, kit_id)


def list_page(runtime: Runtime, *, limit: int, cursor: str | None) -> Page[Kit]:
    """Kits by id."""
    with runtime.database.reading() as session:
        return page(session, select(Kit).order_by(Kit.id), limit, cursor)


def _load(session: Session, kit_id: str, *, lock: bool = False) -> Kit:
    kit = session.get(Kit, kit_id, with_for_update=CHANGE_LOCK if lock else None)
    if kit is None:
        raise not_found("kit", kit_id)
    return kit


def _append(kit: Kit, items: Mapping[str, str]) -> None:
    for position, (item_id, title) in enumerate(items.items(), start=len(kit.items)):
        kit.items.append(KitItem(kit_id=kit.id, item_id=item_id, title=title, position=position))


def _details(kit: Kit) -> dict[str, Any]:
    return {"name": kit.name, "items": {item.item_id: item.title for item in kit.items}}


def _record(runtime: Runtime, session: Session, kit: Kit, **entry: Any) -> None:
    audit.record(runtime, session, subject=f"kit:{kit.id}", after=_details(kit), **entry)
