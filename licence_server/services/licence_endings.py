"""Revoke every licence of an organisation, in one act."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from licence_server.domain.errors import Conflict, Stale
from licence_server.models import Licence
from licence_server.services import licence_acts
from licence_server.services.licences import LicenceView
from licence_server.services.runtime import Runtime

Seen = dict[UUID, int]
"""The licences somebody looked at, each with the version it had."""


def open_licences(runtime: Runtime, organisation_id: UUID) -> Seen:
    """Those of an organisation that are not revoked."""
    with runtime.database.reading() as session:
        return _seen(session, _open(organisation_id))


def revoke_all(
    runtime: Runtime, organisation_id: UUID, seen: Seen, *, now: datetime, actor: str, reason: str
) -> list[LicenceView]:
    """Revoke exactly the licences seen, all or none.

    Raises Stale where the organisation's licences have changed since, Conflict where none is left.
    """
    with runtime.database.writing() as session:
        # All at once, and before the first entry, which locks the head of the audit log: whoever activates holds a
        # licence when it asks for that. In a fixed order, so that two of these cannot deadlock.
        current = _seen(session, _open(organisation_id).order_by(Licence.id).with_for_update())
        if not current:
            raise Conflict("licences_revoked", "This organisation has no licence that could be revoked.")
        if current != seen:
            raise Stale("version_stale", "The licences of this organisation have changed meanwhile.")
        return [
            licence_acts.revoke(runtime, licence_id, version=current[licence_id], now=now, actor=actor, reason=reason)
            for licence_id in sorted(current)
        ]


def _open(organisation_id: UUID) -> Select[UUID, int]:
    return select(Licence.id, Licence.version).where(
        Licence.organisation_id == organisation_id, Licence.revoked_at.is_(None)
    )


def _seen(session: Session, query: Select[UUID, int]) -> Seen:
    return {row.id: row.version for row in session.execute(query)}
