"""Installations: give a seat back, end one for good, list them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from licence_server.domain import dates
from licence_server.domain.errors import Conflict, not_found
from licence_server.models import Installation
from licence_server.services import audit, installation_tokens
from licence_server.services.installation_filters import held
from licence_server.services.paging import Page, page
from licence_server.services.runtime import Runtime


class InstallationStatus(StrEnum):
    """Whether it was ended, and by whom: released by the kit or the team, revoked by the team for good."""

    ACTIVE = "active"
    RELEASED = "released"
    REVOKED = "revoked"


@dataclass(frozen=True)
class InstallationView:
    """An installation with what is known of it at a moment."""

    installation: Installation
    status: InstallationStatus
    holds_seat: bool


def give_back(runtime: Runtime, installation_id: UUID, token: str, *, now: datetime) -> None:
    """A kit gives its own seat back; again is no error.

    Raises Unauthenticated (unknown token), NotFound (the token is another installation's).
    """
    with runtime.database.writing() as session:
        installation, _ = installation_tokens.authenticate(session, token, now, lock=True)
        if installation.id != installation_id:
            raise not_found("installation", installation_id)
        if installation.released_at is None and installation.revoked_at is None:
            _release(installation, now)
            session.flush()
            audit.record(
                runtime,
                session,
                now=now,
                actor=f"installation:{installation.id}",
                action="installation_released",
                subject=f"installation:{installation.id}",
            )


def release(runtime: Runtime, installation_id: UUID, **act: Any) -> InstallationView:
    """The team takes a seat back; the kit may be activated again. Raises NotFound, Conflict."""

    def apply(installation: Installation, now: datetime) -> None:
        if installation.released_at is not None:
            raise Conflict("installation_released", "The installation has given its seat back already.")
        _release(installation, now)

    return _change(runtime, installation_id, "installation_released", apply, **act)


def revoke(runtime: Runtime, installation_id: UUID, **act: Any) -> InstallationView:
    """End an installation for good. Raises NotFound, Conflict."""

    def apply(installation: Installation, now: datetime) -> None:
        installation.revoked_at = now
        installation.seat_until = None

    return _change(runtime, installation_id, "installation_revoked", apply, **act)


def get(runtime: Runtime, installation_id: UUID, *, now: datetime) -> InstallationView:
    """One installation. Raises NotFound, also where retention has removed it."""
    with runtime.database.reading() as session:
        installation = session.get(Installation, installation_id)
    if installation is None or installation.removed_on is not None:
        raise not_found("installation", installation_id)
    return view(installation, now)


def list_page(
    runtime: Runtime,
    *,
    now: datetime,
    limit: int,
    cursor: str | None,
    sort: str = "activated_at",
    organisation_id: UUID | None = None,
    licence_id: UUID | None = None,
    kit_id: str | None = None,
    quiet_days: int | None = None,
    copied: bool | None = None,
) -> Page[InstallationView]:
    """Installations by activation, without those that retention has removed.

    quiet_days: only those still active that have not synced for so long.
    """
    query: Select[Any] = select(Installation).where(Installation.removed_on.is_(None))
    if organisation_id is not None:
        query = query.where(Installation.organisation_id == organisation_id)
    if licence_id is not None:
        query = query.where(Installation.licence_id == licence_id)
    if kit_id is not None:
        query = query.where(Installation.kit_id == kit_id)
    if copied is not None:
        query = query.where(Installation.copied_at.is_not(None) if copied else Installation.copied_at.is_(None))
    if quiet_days is not None:
        since = dates.to_hour(dates.shifted(now, timedelta(days=-quiet_days)))
        query = query.where(
            *held(),
            Installation.activated_at < since,
            or_(Installation.last_sync_at.is_(None), Installation.last_sync_at < since),
        )
    if sort.startswith("-"):
        query = query.order_by(Installation.activated_at.desc(), Installation.id.desc())
    else:
        query = query.order_by(Installation.activated_at, Installation.id)
    with runtime.database.reading() as session:
        found = page(session, query, limit, cursor)
    return Page([view(installation, now) for installation in found.items], found.next_cursor)


def _change(
    runtime: Runtime,
    installation_id: UUID,
    action: str,
    apply: Callable[[Installation, datetime], None],
    *,
    now: datetime,
    actor: str,
    reason: str | None = None,
) -> InstallationView:
    with runtime.database.writing() as session:
        installation = session.get(Installation, installation_id, with_for_update=True)
        if installation is None or installation.removed_on is not None:
            raise not_found("installation", installation_id)
        if installation.revoked_at is not None:
            raise Conflict("installation_revoked", "The installation has been revoked, and that is final.")
        apply(installation, now)
        session.flush()
        subject = f"installation:{installation.id}"
        audit.record(runtime, session, now=now, actor=actor, action=action, subject=subject, reason=reason)
    return view(installation, now)


def _release(installation: Installation, now: datetime) -> None:
    installation.released_at = now
    installation.seat_until = None


def view(installation: Installation, now: datetime) -> InstallationView:
    """What is known of an installation at a moment."""
    status = InstallationStatus.ACTIVE
    if installation.revoked_at is not None:
        status = InstallationStatus.REVOKED
    elif installation.released_at is not None:
        status = InstallationStatus.RELEASED
    holds_seat = installation.seat_until is not None and installation.seat_until > now
    return InstallationView(installation, status, holds_seat)
