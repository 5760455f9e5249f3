"""Whom to ring up: organisations with a licence in force whose kit is not put to use.

* A list has one row for each licence. Only licences in force count: nobody is chased for a suspended one.
* Only active installations count: neither released nor revoked.
* Silence is not zero. `never_used` means that no session has reached us; a licence all of whose installations
  object to reporting is left out, since of those nothing can be known.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, select

from licence_server.domain import dates
from licence_server.domain.licence import Status
from licence_server.models import Installation, Kit, Licence, Organisation, UsageMonth
from licence_server.services import audit
from licence_server.services.installation_filters import held
from licence_server.services.licence_filters import with_status
from licence_server.services.runtime import Runtime

QUIET_DAYS = 30
ENDING_DAYS = 14
PER_PAGE = 50


class ChaseList(StrEnum):
    """never_activated, never_used: since the licence began. quiet: no sync of any installation for some days.
    ending: the lease and grace of an installation run out within some days, and nothing renewed them yet."""

    NEVER_USED = "never_used"
    NEVER_ACTIVATED = "never_activated"
    QUIET = "quiet"
    ENDING = "ending"


class Row(Struct, frozen=True):
    """stops_at: when the first installation stops unless it syncs. trial_days: of a trial not yet begun."""

    organisation_id: UUID
    licence_id: UUID
    organisation: str
    reference: str | None
    contact_email: str | None
    kit: str
    granted_at: datetime
    activated_at: datetime | None
    ends_at: datetime | None
    trial_days: int | None
    installations: int
    last_sync_at: datetime | None
    stops_at: datetime | None


class Found(Struct, frozen=True):
    """One page of a list. total: the rows of all its pages."""

    rows: list[Row]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def totals(runtime: Runtime, *, now: datetime) -> dict[ChaseList, int]:
    """How many rows each list has, as they stand without a choice: one pass over the installations for all of them."""
    live = _live(None)
    counts = [func.count().filter(*_conditions(chosen, live, now, QUIET_DAYS)).label(chosen) for chosen in ChaseList]
    query: Select[*tuple[Any, ...]] = select(*counts)
    query = query.select_from(Licence).join(live, live.c.licence_id == Licence.id, isouter=True)
    with runtime.database.reading() as session:
        row = session.execute(with_status(query, Status.ACTIVE, now)).one()
    return dict(zip(ChaseList, row, strict=True))


def find(
    runtime: Runtime,
    chosen: ChaseList,
    *,
    now: datetime,
    page: int = 1,
    kit_id: str | None = None,
    days: int = QUIET_DAYS,
) -> Found:
    """A page of a list, by name of the organisation; the first one where the list has become shorter than that.

    Pages are numbered rather than keyed: the list is summed up as a whole anyhow, and counted in the same pass.
    """
    query = _query(chosen, now, kit_id, days).add_columns(func.count().over().label("total"))
    with runtime.database.reading() as session:
        found = list(session.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)))
    if found or page == 1:
        return Found([_row(row) for row in found], found[0].total if found else 0, page)
    return find(runtime, chosen, now=now, kit_id=kit_id, days=days)


def export(
    runtime: Runtime,
    chosen: ChaseList,
    *,
    now: datetime,
    actor: str,
    kit_id: str | None = None,
    days: int = QUIET_DAYS,
) -> list[Row]:
    """The whole list as something that leaves the house: an audit entry says who took it."""
    with runtime.database.reading() as session:
        rows = [_row(row) for row in session.execute(_query(chosen, now, kit_id, days))]
    audit.record_alone(
        runtime,
        now=now,
        actor=actor,
        action="chase_list_exported",
        subject=f"chase_list:{chosen.value}",
        after={"kit": kit_id, "days": days, "rows": len(rows)},
    )
    return rows


def _query(chosen: ChaseList, now: datetime, kit_id: str | None, days: int) -> Select[*tuple[Any, ...]]:
    live = _live(kit_id)
    query: Select[*tuple[Any, ...]] = (
        select(
            Organisation.id.label("organisation_id"),
            Licence.id.label("licence_id"),
            Organisation.name.label("organisation"),
            Organisation.reference,
            Organisation.contact_email,
            Kit.name.label("kit"),
            Licence.starts_at.label("granted_at"),
            Licence.first_activated_at.label("activated_at"),
            Licence.ends_at,
            Licence.trial_days,
            func.coalesce(live.c.installations, 0).label("installations"),
            live.c.last_sync_at,
            live.c.stops_at,
        )
        .join(Organisation, Organisation.id == Licence.organisation_id)
        .join(Kit, Kit.id == Licence.kit_id)
        .join(live, live.c.licence_id == Licence.id, isouter=chosen is ChaseList.NEVER_ACTIVATED)
        .where(*_conditions(chosen, live, now, days))
        .order_by(Organisation.name, Licence.id)
    )
    if kit_id is not None:
        query = query.where(Licence.kit_id == kit_id)
    return with_status(query, Status.ACTIVE, now)


def _live(kit_id: str | None) -> Subquery:
    """The active installations of each licence, summed up."""
    query = select(
        Installation.licence_id,
        func.count().label("installations"),
        func.max(Installation.last_sync_at).label("last_sync_at"),
        func.max(Installation.activated_at).label("last_activated_at"),
        func.min(Installation.seat_until).label("stops_at"),
        func.sum(case((Installation.declined_at.is_(None), 1), else_=0)).label("answering"),
    ).where(*held())
    if kit_id is not None:
        query = query.where(Installation.kit_id == kit_id)
    return query.group_by(Installation.licence_id).subquery()


def _conditions(chosen: ChaseList, live: Subquery, now: datetime, days: int) -> Iterator[ColumnElement[bool]]:
    if chosen is ChaseList.NEVER_ACTIVATED:
        yield Licence.first_activated_at.is_(None)
    elif chosen is ChaseList.NEVER_USED:
        yield live.c.answering > 0
        yield ~exists().where(
            UsageMonth.organisation_id == Licence.organisation_id,
            UsageMonth.kit_id == Licence.kit_id,
            UsageMonth.workshop_sessions + UsageMonth.individual_sessions > 0,
        )
    elif chosen is ChaseList.QUIET:
        # The last sync is kept to the hour, so that the day counts from a full hour too.
        since = dates.to_hour(dates.shifted(now, timedelta(days=-days)))
        yield live.c.last_activated_at < since
        yield func.coalesce(live.c.last_sync_at, live.c.last_activated_at) < since
    else:
        yield and_(live.c.stops_at > now, live.c.stops_at <= now + timedelta(days=ENDING_DAYS))


def _row(row: Any) -> Row:
    return Row(*(getattr(row, name) for name in Row.__struct_fields__))
