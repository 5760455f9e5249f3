"""What an answer to an installation depends on, in one query: its token, itself, its licence, kit and organisation.

Kits check in far more often than anything else happens, so this goes by columns, not by models.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from licence_server.domain.licence import LicenceTerms
from licence_server.models import Installation, InstallationToken, Kit, Licence, Organisation
from licence_server.services.kit_items import KitItems


@dataclass(slots=True)
class InstallationRow:
    """The columns of an installation that a check-in looks at; those it may change are the last seven."""

    id: UUID
    organisation_id: UUID
    licence_id: UUID
    kit_id: str
    activated_at: datetime
    released_at: datetime | None
    revoked_at: datetime | None
    seat_until: datetime | None
    lease_issued_at: datetime | None
    declined_at: datetime | None
    copied_at: datetime | None
    last_sync_at: datetime | None
    received_numbers: str
    missing_reports: int


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """The columns of a licence that a lease and a verdict depend on."""

    id: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime | None
    seat_limit: int | None
    lease_days: int
    grace_days: int
    check_in_days: int
    suspended_at: datetime | None
    revoked_at: datetime | None
    changed_at: datetime

    @property
    def terms(self) -> LicenceTerms:
        return LicenceTerms(self.seat_limit, self.lease_days, self.grace_days, self.check_in_days)


@dataclass(frozen=True, slots=True)
class KitRow:
    """item_ids: in the kit's order."""

    id: str
    updated_at: datetime
    item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """token_used_at: None where the token is shown for the first time."""

    token_id: int
    token_used_at: datetime | None
    installation: InstallationRow
    licence: LicenceRow
    kit: KitRow
    organisation: OrganisationRow


_CHANGEABLE = (
    *("seat_until", "lease_issued_at", "declined_at", "copied_at"),
    *("last_sync_at", "received_numbers", "missing_reports"),
)
_COLUMNS: tuple[Any, ...] = (
    *(InstallationToken.token_hash, InstallationToken.id, InstallationToken.used_at),
    *(getattr(Installation, name) for name in InstallationRow.__slots__),
    *(getattr(Licence, name) for name in LicenceRow.__slots__),
    *(Kit.id, Kit.updated_at, Kit.version, Organisation.id, Organisation.name),
)
_LICENCE = 3 + len(InstallationRow.__slots__)
_KIT = _LICENCE + len(LicenceRow.__slots__)
_READ = (
    select(*_COLUMNS)
    .select_from(InstallationToken)
    .join(Installation, Installation.id == InstallationToken.installation_id)
    .join(Licence, Licence.id == Installation.licence_id)
    .join(Kit, Kit.id == Installation.kit_id)
    .join(Organisation, Organisation.id == Installation.organisation_id)
    .where(InstallationToken.token_hash.in_(bindparam("hashes", expanding=True)))
)
# In one order everywhere, so that two rounds do not wait for each other.
_LOCK = _READ.order_by(Installation.id).with_for_update(of=[Installation, InstallationToken])
_SAVE = (
    update(Installation.__table__)  # type: ignore[arg-type]
    .where(Installation.__table__.c.id == bindparam("changed_id"))
    .values({name: bindparam(name) for name in _CHANGEABLE})
)


def find(
    session: Session, kit_items: KitItems, token_hashes: Collection[bytes], *, lock: bool
) -> dict[bytes, Surroundings]:
    """By the hash of the token shown; a token that is not known is not there. With `lock` installations and tokens
    stay locked."""
    found = session.connection().execute(_LOCK if lock else _READ, {"hashes": list(token_hashes)})
    return {row[0]: _surroundings(session, kit_items, row) for row in found.all()}


_OF_LICENCE = (
    select(Kit.id, Kit.updated_at, Kit.version, Organisation.id, Organisation.name)
    .select_from(Licence)
    .join(Kit, Kit.id == Licence.kit_id)
    .join(Organisation, Organisation.id == Licence.organisation_id)
    .where(Licence.id == bindparam("licence_id"))
)


def of_licence(session: Session, kit_items: KitItems, licence_id: UUID) -> tuple[KitRow, OrganisationRow]:
    """The kit that a licence is for, and whose it is."""
    row = session.connection().execute(_OF_LICENCE, {"licence_id": licence_id}).one()
    return _kit_and_organisation(session, kit_items, row)


def save(session: Session, installations: Collection[InstallationRow]) -> None:
    """Write what may have changed of installations."""
    rows = [
        {"changed_id": installation.id, **{name: getattr(installation, name) for name in _CHANGEABLE}}
        for installation in installations
    ]
    if rows:
        session.connection().execute(_SAVE, rows)


def _surroundings(session: Session, kit_items: KitItems, row: Any) -> Surroundings:
    kit, organisation = _kit_and_organisation(session, kit_items, row[_KIT:])
    return Surroundings(
        token_id=row[1],
        token_used_at=row[2],
        installation=InstallationRow(*row[3:_LICENCE]),
        licence=LicenceRow(*row[_LICENCE:_KIT]),
        kit=kit,
        organisation=organisation,
    )


def _kit_and_organisation(session: Session, kit_items: KitItems, row: Any) -> tuple[KitRow, OrganisationRow]:
    kit_id, updated_at, version, organisation_id, name = row
    kit = KitRow(kit_id, updated_at, kit_items.of(session, kit_id, version, updated_at))
    return kit, OrganisationRow(organisation_id, name)
