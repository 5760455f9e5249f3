"""Take back the last change of a licence: the audit log knows what was before.

With the version seen right after the change, nothing else can have happened to the licence since.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from licence_server.models import AuditEntry, Licence
from licence_server.services import licence_acts
from licence_server.services.licences import LicenceView
from licence_server.services.runtime import Runtime


def undo_extension(runtime: Runtime, licence_id: UUID, *, version: int, **act: Any) -> LicenceView:
    """Give a licence the end it had before. Raises NotFound, Conflict, Stale."""

    def apply(licence: Licence, now: datetime) -> None:
        ends_at = _before(runtime, licence, "licence_extended")["ends_at"]
        licence.ends_at = datetime.fromisoformat(ends_at) if ends_at is not None else None

    return licence_acts.change(runtime, licence_id, "licence_extension_undone", apply, version=version, **act)


def undo_terms(runtime: Runtime, licence_id: UUID, *, version: int, **act: Any) -> LicenceView:
    """Give a licence the terms it had before. Raises NotFound, Conflict, Stale."""

    def apply(licence: Licence, now: datetime) -> None:
        before = _before(runtime, licence, "licence_terms_changed")
        for field in vars(licence.terms):
            setattr(licence, field, before[field])

    return licence_acts.change(runtime, licence_id, "licence_terms_undone", apply, version=version, **act)


def _before(runtime: Runtime, licence: Licence, action: str) -> dict[str, Any]:
    """What the newest entry of an act says was before it."""
    with runtime.database.reading() as session:
        written = session.scalars(
            select(AuditEntry.before)
            .where(AuditEntry.subject == f"licence:{licence.id}", AuditEntry.action == action)
            .order_by(AuditEntry.number.desc())
            .limit(1)
        ).one()
    found: dict[str, Any] = json.loads(written or "{}")
    return found
