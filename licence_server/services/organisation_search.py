"""The list of organisations: filter, sort, page, count, export. What is exported is what the filter shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from licence_server.domain import licence as rules
from licence_server.domain.licence import Status
from licence_server.models import Installation, Licence, Organisation
from licence_server.services import audit, counted_rows
from licence_server.services.chunks import chunks
from licence_server.services.installation_filters import held, in_use
from licence_server.services.organisation_filters import OrganisationFilter, apply
from licence_server.services.paging import Page, page
from licence_server.services.runtime import Runtime

# Lower case, so that Zebra does not stand before apple.
SORTS: dict[str, tuple[Any, ...]] = {
    "name": (func.lower(Organisation.name), Organisation.id),
    "-name": (func.lower(Organisation.name).desc(), Organisation.id.desc()),
    "created_at": (Organisation.created_at, Organisation.id),
    "-created_at": (Organisation.created_at.desc(), Organisation.id.desc()),
}


@dataclass(frozen=True)
class OrganisationRow:
    """An organisation with what its row says of it.

    statuses: of its licences, each once. installations: in use, under a licence in force. copied, last_sync_at: of
    all that were neither released nor revoked.
    """

    organisation: Organisation
    statuses: tuple[Status, ...]
    installations: int
    copied: int
    last_sync_at: datetime | None


def list_page(
    runtime: Runtime, chosen: OrganisationFilter, *, now: datetime, limit: int, cursor: str | None
) -> Page[OrganisationRow]:
    """One page. Raises Invalid for a cursor that is not of this list."""
    with runtime.database.reading() as session:
        found = page(session, _query(runtime, session, chosen, now), limit, cursor)
        return Page(_rows(session, found.items, now), found.next_cursor, found.previous_cursor)


def count(runtime: Runtime, chosen: OrganisationFilter, *, now: datetime) -> int:
    """How many the filter lets through."""
    with runtime.database.reading() as session:
        every = select(func.count()).select_from(Organisation)
        return session.scalar(_chosen(every, runtime, session, chosen, now)) or 0


def sectors(runtime: Runtime) -> list[str]:
    """The sectors that organisations have, to choose from."""
    query = select(Organisation.sector).where(Organisation.sector.is_not(None)).distinct()
    with runtime.database.reading() as session:
        return sorted((sector for sector in session.scalars(query) if sector), key=str.casefold)


def export(runtime: Runtime, chosen: OrganisationFilter, *, now: datetime, actor: str) -> list[OrganisationRow]:
    """Every row, in the order of the list; an audit entry says who took them, and by which filter."""
    with runtime.database.snapshot() as session:
        organisations = list(session.scalars(_query(runtime, session, chosen, now)))
        rows = [row for chunk in chunks(organisations) for row in _rows(session, chunk, now)]
    # What was typed may be somebody's name; the log keeps no more than that something was. A sector is one of ours
    # where there are rows of it.
    kept = {
        **vars(chosen),
        "search": bool(chosen.search),
        "sector": chosen.sector if rows or not chosen.sector else True,
    }
    audit.record_alone(
        runtime,
        now=now,
        actor=actor,
        action="organisations_exported",
        subject="organisations",
        after={"filter": kept, "rows": len(rows)},
    )
    return rows


def _query(runtime: Runtime, session: Session, chosen: OrganisationFilter, now: datetime) -> Select[Any]:
    return _chosen(select(Organisation), runtime, session, chosen, now).order_by(*SORTS[chosen.sort])


def _chosen(
    query: Select[Any], runtime: Runtime, session: Session, chosen: OrganisationFilter, now: datetime
) -> Select[Any]:
    query = apply(query, chosen, now)
    if chosen.counted is not None:
        query = query.where(counted_rows.organisations(runtime, session, chosen.counted, now))
    return query


def _rows(session: Session, organisations: Iterable[Organisation], now: datetime) -> list[OrganisationRow]:
    listed = list(organisations)
    ids = [organisation.id for organisation in listed]
    statuses: dict[UUID, set[Status]] = {}
    for licence in session.scalars(select(Licence).where(Licence.organisation_id.in_(ids))):
        statuses.setdefault(licence.organisation_id, set()).add(rules.status(licence, now))
    found = {
        owner: (installations, copied, last)
        for owner, installations, copied, last in session.execute(
            select(
                Installation.organisation_id,
                func.sum(case((and_(*in_use(now)), 1), else_=0)),
                func.count(Installation.copied_at),
                func.max(Installation.last_sync_at),
            )
            .join(Licence, Licence.id == Installation.licence_id)
            .where(Installation.organisation_id.in_(ids), *held())
            .group_by(Installation.organisation_id)
        )
    }
    order = list(Status)
    return [
        OrganisationRow(
            organisation,
            tuple(sorted(statuses.get(organisation.id, ()), key=order.index)),
            *found.get(organisation.id, (0, 0, None)),
        )
        for organisation in listed
    ]
