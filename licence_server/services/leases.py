"""Seats and leases: take or keep a seat, sign the proof of it.

Not a use case of its own: activations and syncs call it inside their transaction, with the installation
row locked.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import Session

from licence_server.domain import lease as rules
from licence_server.domain import seats
from licence_server.models import Installation, Kit, Licence, Organisation
from licence_server.services import activation_rows
from licence_server.services.prepared import Prepared
from licence_server.services.runtime import Runtime
from licence_server.services.surroundings import InstallationRow, KitRow, LicenceRow, OrganisationRow
from licence_server.services.trust import Trust
from licence_server.signing import LeaseContent

AnInstallation = Installation | InstallationRow | activation_rows.InstallationRow
ALicence = Licence | LicenceRow | activation_rows.LicenceRow
AKit = Kit | KitRow
AnOrganisation = Organisation | OrganisationRow

_HELD_BY_OTHERS = Prepared(
    select(func.count())
    .select_from(Installation)
    .where(
        Installation.licence_id == bindparam("licence_id"),
        Installation.seat_until > bindparam("now"),
        Installation.id != bindparam("installation_id"),
    )
)


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
    return locked if is_seat_free(session.connection(), installation, locked, now) else None


def is_seat_free(connection: Connection, installation: AnInstallation, licence: ALicence, now: datetime) -> bool:
    """Whether the others leave the installation a seat of a licence, which the caller has locked."""
    held_by_others = _HELD_BY_OTHERS.scalar(connection, licence_id=licence.id, now=now, installation_id=installation.id)
    return seats.seat_free(licence.seat_limit, held_by_others)


def is_fresh(installation: AnInstallation, licence: ALicence, kit: AKit, trust: Trust, now: datetime) -> bool:
    """Whether the installation's newest lease still says all that a new one would."""
    changed_at = max(licence.changed_at, kit.updated_at, trust.changed_at)
    return seats.holds_seat_safely(installation.seat_until, now) and rules.may_reuse(
        installation.lease_issued_at, changed_at, now
    )


def renew(installation: AnInstallation, licence: ALicence, now: datetime) -> None:
    """Start a new lease, and hold the seat until its grace ends."""
    dates = rules.lease_dates(now, licence, licence.ends_at)
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
        installation_id=installation.id,
        issued_at=installation.lease_issued_at,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        licence_id=licence.id,
        licence_kind=licence.kind,
        ends_at=licence.ends_at,
        item_ids=kit.item_ids,
        lease_days=licence.lease_days,
        grace_days=licence.grace_days,
        check_in_days=licence.check_in_days,
    )
    return runtime.signing_keys.lease(trust.signing_kid, content)
