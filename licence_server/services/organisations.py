"""Organisations: add, change, list."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from licence_server.database import CHANGE_LOCK
from licence_server.domain.errors import Conflict, not_found
from licence_server.models import Organisation
from licence_server.services import audit
from licence_server.services.organisation_filters import containing
from licence_server.services.paging import Page, page
from licence_server.services.preconditions import require_version
from licence_server.services.runtime import Runtime

SORTS = {"created_at": Organisation.created_at, "name": Organisation.name}


def add(
    runtime: Runtime,
    *,
    now: datetime,
    actor: str,
    name: str,
    contact_email: str | None = None,
    sector: str | None = None,
    reference: str | None = None,
) -> Organisation:
    """Add an organisation. Raises Conflict where the reference is taken."""
    organisation = Organisation(
        id=uuid4(), name=name, contact_email=contact_email, sector=sector, reference=reference, created_at=now
    )
    with runtime.database.writing() as session:
        _save(session, organisation)
        audit.record(
            runtime,
            session,
            now=now,
            actor=actor,
            action="organisation_added",
            subject=f"organisation:{organisation.id}",
            after=details(organisation),
        )
    return organisation


def update(
    runtime: Runtime,
    organisation_id: UUID,
    changes: Mapping[str, Any],
    *,
    now: datetime,
    actor: str,
    version: int | None = None,
) -> Organisation:
    """Change fields. version: the one the caller has seen.

    Raises NotFound, Stale, Conflict (reference taken).
    """
    with runtime.database.writing() as session:
        organisation = _load(session, organisation_id, lock=True)
        require_version(organisation.version, version)
        before = details(organisation)
        for field, value in changes.items():
            setattr(organisation, field, value)
        _save(session, organisation)
        audit.record(
            runtime,
            session,
            now=now,
            actor=actor,
            action="organisation_changed",
            subject=f"organisation:{organisation.id}",
            before=before,
            after=details(organisation),
        )
    return organisation


def get(runtime: Runtime, organisation_id: UUID) -> Organisation:
    """One organisation. Raises NotFound."""
    with runtime.database.reading() as session:
        return _load(session, organisation_id)


def list_page(
    runtime: Runtime,
    *,
    limit: int,
    cursor: str | None,
    sort: str = "created_at",
    sector: str | None = None,
    reference: str | None = None,
    search: str | None = None,
) -> Page[Organisation]:
    """Organisations; `sort` is a key of SORTS, with a leading minus for descending."""
    column = SORTS[sort.lstrip("-")]
    descending = sort.startswith("-")
    query: Select[Any] = select(Organisation)
    if sector is not None:
        query = query.where(Organisation.sector == sector)
    if reference is not None:
        query = query.where(Organisation.reference == reference)
    if search is not None:
        query = query.where(containing(search))
    query = query.order_by(
        column.desc() if descending else column.asc(),
        Organisation.id.desc() if descending else Organisation.id.asc(),
    )
    with runtime.database.reading() as session:
        return page(session, query, limit, cursor)


def details(organisation: Organisation) -> dict[str, Any]:
    """What the audit log keeps of an organisation."""
    return {
        "name": organisation.name,
        "contact_email": organisation.contact_email,
        "sector": organisation.sector,
        "reference": organisation.reference,
    }


def _load(session: Session, organisation_id: UUID, *, lock: bool = False) -> Organisation:
    organisation = session.get(Organisation, organisation_id, with_for_update=CHANGE_LOCK if lock else None)
    if organisation is None:
        raise not_found("organisation", organisation_id)
    return organisation


def _save(session: Session, organisation: Organisation) -> None:
    session.add(organisation)
    reference = organisation.reference
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("reference_taken", f"The reference {reference} is taken.") from None
