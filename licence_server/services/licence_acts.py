"""What is done to a licence: suspend, reinstate, revoke, extend, change its terms."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from licence_server.domain import licence as rules
from licence_server.domain.errors import Conflict, Invalid
from licence_server.domain.licence import LicenceTerms
from licence_server.models import Licence
from licence_server.services import licences
from licence_server.services.licences import LicenceView
from licence_server.services.preconditions import require_version
from licence_server.services.runtime import Runtime


def suspend(runtime: Runtime, licence_id: UUID, **act: Any) -> LicenceView:
    """Stop a licence for a while. Takes what `change` takes. Raises NotFound, Conflict, Stale."""

    def apply(licence: Licence, now: datetime) -> None:
        if licence.suspended_at is not None:
            raise Conflict("licence_suspended", "The licence is suspended already.")
        licence.suspended_at = now

    return change(runtime, licence_id, "licence_suspended", apply, **act)


def reinstate(runtime: Runtime, licence_id: UUID, **act: Any) -> LicenceView:
    """End a suspension. Raises NotFound, Conflict, Stale."""

    def apply(licence: Licence, now: datetime) -> None:
        if licence.suspended_at is None:
            raise Conflict("licence_not_suspended", "The licence is not suspended.")
        licence.suspended_at = None

    return change(runtime, licence_id, "licence_reinstated", apply, **act)


def revoke(runtime: Runtime, licence_id: UUID, **act: Any) -> LicenceView:
    """End a licence for good. Raises NotFound, Conflict, Stale."""

    def apply(licence: Licence, now: datetime) -> None:
        licence.revoked_at = now

    return change(runtime, licence_id, "licence_revoked", apply, **act)


def extend(runtime: Runtime, licence_id: UUID, until: date, **act: Any) -> LicenceView:
    """Give a licence a later end; `until` is its last day. Raises NotFound, Invalid, Conflict, Stale."""

    def apply(licence: Licence, now: datetime) -> None:
        if licence.ends_at is None and licence.trial_days is None:
            raise Invalid(
                "extension_invalid", "The licence has no end, so no end is later.", {"until": "the licence has no end"}
            )
        licence.ends_at = rules.extended_end(licence, until, now, runtime.timezone)

    return change(runtime, licence_id, "licence_extended", apply, **act)


def change_terms(runtime: Runtime, licence_id: UUID, changes: Mapping[str, Any], **act: Any) -> LicenceView:
    """Change seats, lease, grace or check-in. Raises NotFound, Invalid, Conflict, Stale."""

    def apply(licence: Licence, now: datetime) -> None:
        for field, value in vars(LicenceTerms(**{**vars(licence.terms), **changes})).items():
            setattr(licence, field, value)

    return change(runtime, licence_id, "licence_terms_changed", apply, **act)


def change(
    runtime: Runtime,
    licence_id: UUID,
    action: str,
    apply: Callable[[Licence, datetime], None],
    *,
    now: datetime,
    actor: str,
    reason: str | None = None,
    version: int | None = None,
) -> LicenceView:
    """Lock, check, apply, record: the shape of every change to a licence."""
    with runtime.database.writing() as session:
        licence = licences.load(session, licence_id, lock=True)
        require_version(licence.version, version)
        if licence.revoked_at is not None:
            raise Conflict("licence_revoked", "The licence has been revoked, and that is final.")
        before = licences.details(licence)
        apply(licence, now)
        licence.changed_at = now
        session.flush()
        licences.record(runtime, session, licence, now=now, actor=actor, action=action, reason=reason, before=before)
        return licences.views(session, [licence], now)[0]
