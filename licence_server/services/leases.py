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
from licence_server.services.surroundings import InstallationRow, KitRow, LicenceRow, OrganisationRow
from licence_server.services.trust import Trust
from licence_server.signing import LeaseContent

AnInstallation = Installation | InstallationRow
ALicence = Licence | LicenceRow
AKit = Kit | KitRow
AnOrganisation = Organisation | OrganisationRow


def needs_count(installation: AnInstallation, licence: ALicence, now: datetime) -> bool:
    """Whether seats must be counted before the installation may hold one."""
    return licence.seat_limit is not None and not seats.holds_seat_safely(installation.seat_until, now)


def with_seat(session: Session, installation: AnInstallation, licence: ALicence, now: datetime) -> ALicence | None:
    """The licence on which the installation holds a seat or may take one, None where none is free.

    Unless that is beyond doubt the licence is locked, until the transaction ends, and read again.
    """
    if not needs_count(installation, licence, now):
        return licence
    locked = session.get_one(Licence, licence.id, with_for_update=True, populate_existing=True)
    held_by_others = session.scalar(
        select(func.count())
        .select_from(Installation)
        .where(Installation.licence_id == licence.id, Installation.seat_until > now, Installation.id != installation.id)
    )
    return locked if seats.seat_free(locked.seat_limit, held_by_others or 0) else None


def is_fresh(installation: AnInstallation, licence: ALicence, kit: AKit, trust: Trust, now: datetime) -> bool:
    """Whether the installation's newest lease still says all that a new one would."""
    changed_at = max(licence.changed_at, kit.updated_at, trust.changed_at)
    return seats.holds_seat_safely(installation.seat_until, now) and rules.may_reuse(
        installation.lease_issued_at, changed_at, now
    )


def renew(installation: AnInstallation, licence: ALicence, now: datetime) -> None:
    """Start a new lease, and hold the seat until its grace ends."""
    dates = rules.lease_dates(now, licence.terms, licence.ends_at)
    installation.lease_issued_at = dates.issued_at
    installation.seat_until = dates.grace_until


def write(
    runtime: Runtime,
    installation: AnInstallation,
    licence: ALicence,
    organisation: AnOrganisation,
    kit: AKit,
    trust: Trust,
) -> str:
    """Sign the lease that the installation's row describes."""
    assert installation.lease_issued_at is not None  # noqa: S101 (renew came before)
    content = LeaseContent(
        issuer=runtime.config.public_url,
        kit_id=kit.id,
        installation_id=str(installation.id),
        dates=rules.lease_dates(installation.lease_issued_at, licence.terms, licence.ends_at),
        organisation_id=str(organisation.id),
        organisation_name=organisation.name,
        licence_id=str(licence.id),
        licence_kind=licence.kind,
        ends_at=licence.ends_at or NO_END,
        item_ids=kit.item_ids,
        check_in_days=licence.check_in_days,
    )
    return runtime.signing_keys.lease(trust.signing_kid, content)
