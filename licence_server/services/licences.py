"""Licences: grant, find, list. What is done to one afterwards: licence_acts.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from licence_server.domain import licence as rules
from licence_server.domain.errors import not_found
from licence_server.domain.licence import Kind, LicenceTerms, Status
from licence_server.models import Installation, Kit, Licence, Organisation
from licence_server.services import audit
from licence_server.services.audit import Act
from licence_server.services.licence_filters import with_status
from licence_server.services.paging import Page, page
from licence_server.services.runtime import Runtime

Span = tuple[datetime, datetime | None, int | None]
"""starts_at, ends_at, trial_days; see `domain.licence.period_of_grant`."""


@dataclass(frozen=True)
class LicenceView:
    """A licence with what is known of it at a moment."""

    licence: Licence
    status: Status
    seats_held: int


def grant(
    runtime: Runtime,
    *,
    now: datetime,
    actor: str,
    organisation_id: UUID,
    kit_id: str,
    terms: LicenceTerms,
    kind: Kind = Kind.TRIAL,
    first: date | None = None,
    trial_days: int | None = None,
    until: date | None = None,
    reason: str | None = None,
) -> LicenceView:
    """Grant a licence. Raises Invalid (period), NotFound (organisation, kit)."""
    period = rules.period_of_grant(
        kind=kind, first=first, trial_days=trial_days, until=until, now=now, timezone=runtime.timezone
    )
    with runtime.database.writing() as session:
        if session.get(Organisation, organisation_id) is None:
            raise not_found("organisation", organisation_id)
        if session.get(Kit, kit_id) is None:
            raise not_found("kit", kit_id)
        licence = _new(organisation_id, kit_id, kind, period, terms, now)
        session.add(licence)
        session.flush()
        record(runtime, session, licence, now=now, actor=actor, action="licence_granted", reason=reason)
    return LicenceView(licence, rules.status(licence, now), 0)


def grant_many(
    runtime: Runtime,
    session: Session,
    organisation_ids: Sequence[UUID],
    kit_id: str,
    *,
    kind: Kind,
    period: Span,
    terms: LicenceTerms,
    now: datetime,
    actor: str,
) -> dict[UUID, UUID]:
    """Grant the same to many, in the caller's transaction. Returns organisation to licence."""
    granted = [_new(organisation_id, kit_id, kind, period, terms, now) for organisation_id in organisation_ids]
    session.add_all(granted)
    session.flush()
    acts = [Act(f"licence:{licence.id}", after=details(licence)) for licence in granted]
    audit.record_many(
        runtime, session, acts, now=now, actor=actor, action="licence_granted", reason="granted to many at once"
    )
    return {licence.organisation_id: licence.id for licence in granted}


def get(runtime: Runtime, licence_id: UUID, *, now: datetime) -> LicenceView:
    """One licence. Raises NotFound."""
    with runtime.database.reading() as session:
        return views(session, [load(session, licence_id)], now)[0]


def list_page(
    runtime: Runtime,
    *,
    now: datetime,
    limit: int,
    cursor: str | None,
    sort: str = "created_at",
    organisation_id: UUID | None = None,
    kit_id: str | None = None,
    status: Status | None = None,
) -> Page[LicenceView]:
    """Licences by creation, `-created_at` for the newest first."""
    query: Select[Any] = select(Licence)
    if organisation_id is not None:
        query = query.where(Licence.organisation_id == organisation_id)
    if kit_id is not None:
        query = query.where(Licence.kit_id == kit_id)
    if status is not None:
        query = with_status(query, status, now)
    if sort.startswith("-"):
        query = query.order_by(Licence.created_at.desc(), Licence.id.desc())
    else:
        query = query.order_by(Licence.created_at, Licence.id)
    with runtime.database.reading() as session:
        found = page(session, query, limit, cursor)
        return Page(views(session, found.items, now), found.next_cursor)


def _new(organisation_id: UUID, kit_id: str, kind: Kind, period: Span, terms: LicenceTerms, now: datetime) -> Licence:
    starts_at, ends_at, trial_days = period
    return Licence(
        id=uuid4(),
        organisation_id=organisation_id,
        kit_id=kit_id,
        kind=kind.value,
        starts_at=starts_at,
        ends_at=ends_at,
        trial_days=trial_days,
        **vars(terms),
        created_at=now,
        changed_at=now,
    )


def details(licence: Licence) -> dict[str, Any]:
    """What the audit log keeps of a licence."""
    names = ("organisation_id", "kit_id", "kind", "starts_at", "ends_at", "trial_days", "suspended_at", "revoked_at")
    return {**{name: getattr(licence, name) for name in names}, **vars(licence.terms)}


def record(runtime: Runtime, session: Session, licence: Licence, **entry: Any) -> None:
    """Add an entry about a licence to the audit log, with what it now is. Takes what `audit.record` takes."""
    audit.record(runtime, session, subject=f"licence:{licence.id}", after=details(licence), **entry)


def load(session: Session, licence_id: UUID, *, lock: bool = False) -> Licence:
    """A licence, in the caller's transaction; with `lock` nobody else changes it until that ends. Raises NotFound."""
    licence = session.get(Licence, licence_id, with_for_update=lock or None)
    if licence is None:
        raise not_found("licence", licence_id)
    return licence


def views(session: Session, licences: list[Licence], now: datetime) -> list[LicenceView]:
    """Licences with what is known of them at a moment, in the caller's transaction."""
    held: dict[UUID, int] = dict(
        session.execute(
            select(Installation.licence_id, func.count())
            .where(Installation.licence_id.in_([licence.id for licence in licences]), Installation.seat_until > now)
            .group_by(Installation.licence_id)
        ).all()
    )
    return [LicenceView(licence, rules.status(licence, now), held.get(licence.id, 0)) for licence in licences]
