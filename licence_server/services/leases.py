"""Seats and leases: take or keep a seat, sign the proof of it.

Not a use case of its own: activations and syncs call it inside their transaction, with the installation
row locked.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licence_server.domain import lease as rules
from licence_server.domain import seats
from licence_server.domain.lease import NO_END
from licence_server.models import Installation, Kit, Licence, Organisation
from licence_server.services.runtime import Runtime
from licence_server.services.trust import Trust
from licence_server.signing import sign_lease


def has_seat(session: Session, installation: Installation, licence: Licence, now: datetime) -> bool:
    """Whether the installation holds a seat or may take one.

    Unless the answer is beyond doubt the licence is locked, until the transaction ends.
    """
    if licence.seat_limit is None or seats.holds_seat_safely(installation.seat_until, now):
        return True
    session.refresh(licence, with_for_update=True)
    held_by_others = session.scalar(
        select(func.count())
        .select_from(Installation)
        .where(Installation.licence_id == licence.id, Installation.seat_until > now, Installation.id != installation.id)
    )
    return seats.seat_free(licence.seat_limit, held_by_others or 0)


def is_fresh(installation: Installation, licence: Licence, kit: Kit, trust: Trust, now: datetime) -> bool:
    """Whether the installation's newest lease still says all that a new one would."""
    changed_at = max(licence.changed_at, kit.updated_at, trust.changed_at)
    return seats.holds_seat_safely(installation.seat_until, now) and rules.may_reuse(
        installation.lease_issued_at, changed_at, now
    )


def renew(installation: Installation, licence: Licence, now: datetime) -> None:
    """Start a new lease, and hold the seat until its grace ends."""
    dates = rules.lease_dates(now, licence.terms, licence.ends_at)
    installation.lease_issued_at = dates.issued_at
    installation.seat_until = dates.grace_until


def write(
    runtime: Runtime, installation: Installation, licence: Licence, organisation: Organisation, kit: Kit, trust: Trust
) -> str:
    """Sign the lease that the installation's row describes."""
    assert installation.lease_issued_at is not None  # noqa: S101 (renew came before)
    return sign_lease(
        runtime.signing_keys.find(trust.signing_kid),
        issuer=runtime.config.public_url,
        kit_id=kit.id,
        installation_id=str(installation.id),
        dates=rules.lease_dates(installation.lease_issued_at, licence.terms, licence.ends_at),
        claims={
            "organisation": {"id": str(organisation.id), "name": organisation.name},
            "licence": {
                "id": str(licence.id),
                "kind": licence.kind,
                "ends_at": int((licence.ends_at or NO_END).timestamp()),
            },
            "items": [item.item_id for item in kit.items],
            "check_in_days": licence.check_in_days,
        },
    )
