"""Revoke every licence of an organisation, in one act."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from licence_server.domain.errors import Conflict, Stale
from licence_server.models import Licence
from licence_server.services import licence_acts
from licence_server.services.licences import LicenceView
from licence_server.services.runtime import Runtime

Seen = dict[UUID, int]
"""The licences somebody looked at, each with the version it had."""


def open_licences(runtime: Runtime, organisation_id: UUID) -> Seen:
    """Those of an organisation that are not revoked."""
    query = select(Licence.id, Licence.version).where(
        Licence.organisation_id == organisation_id, Licence.revoked_at.is_(None)
    )
    with runtime.database.reading() as session:
        return {row.id: row.version for row in session.execute(query)}


def revoke_all(
    runtime: Runtime, organisation_id: UUID, seen: Seen, *, now: datetime, actor: str, reason: str
) -> list[LicenceView]:
    """Revoke exactly the licences seen, all or none.

    Raises Stale where the organisation's licences have changed since, Conflict where none is left.
    """
    with runtime.database.writing():
        current = open_licences(runtime, organisation_id)
        if not current:
            raise Conflict("licences_revoked", "This organisation has no licence that could be revoked.")
        if current != seen:
            raise Stale("version_stale", "The licences of this organisation have changed meanwhile.")
        # In a fixed order, so that two of these cannot deadlock.
        return [
            licence_acts.revoke(runtime, licence_id, version=current[licence_id], now=now, actor=actor, reason=reason)
            for licence_id in sorted(current)
        ]
