"""What an answer to an installation depends on, in one query: its token, itself, its licence, kit and organisation.

Kits check in far more often than anything else happens, so this goes by columns, not by models.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from licence_server.models import ActivationToken, Installation, InstallationToken, Kit, KitItem, Licence, Organisation
from licence_server.services import trust
from licence_server.services.among import Among
from licence_server.services.prepared import Prepared, by_keys, together
from licence_server.services.remembered import Remembered
from licence_server.services.row_sets import Changes


@dataclass(slots=True)
class InstallationRow:
    """The columns of an installation that a check-in looks at; it may change those from `seat_until` on."""

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


class LicenceRow(NamedTuple):
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


class KitRow(NamedTuple):
    """item_ids: in the kit's order."""

    id: str
    updated_at: datetime
    item_ids: tuple[str, ...]


class OrganisationRow(NamedTuple):
    id: UUID
    name: str


class Surroundings(NamedTuple):
    """token_used_at: None where the token is shown for the first time. keyset_version: of the keyset in force."""

    token_id: int
    token_used_at: datetime | None
    keyset_version: int
    installation: InstallationRow
    licence: LicenceRow
    kit: KitRow
    organisation: OrganisationRow


class Licensed(NamedTuple):
    """What an activation token is good for, as far as it never changes or a lease renewed later may say it."""

    token_id: UUID
    keyset_version: int | None
    kit: KitRow
    organisation: OrganisationRow


_COLUMNS: tuple[Any, ...] = (
    *(InstallationToken.token_hash, InstallationToken.id, InstallationToken.used_at, trust.VERSION),
    *(getattr(Installation, name) for name in InstallationRow.__slots__),
    # The ids of all three stand in the installation.
    *(getattr(Licence, name) for name in LicenceRow._fields[1:]),
    *(Kit.updated_at, Kit.version, Organisation.name),
)
_LICENCE = 4 + len(InstallationRow.__slots__)
_KIT = _LICENCE + len(LicenceRow._fields) - 1
_AROUND = (
    select(*_COLUMNS)
    .select_from(InstallationToken)
    .join(Installation, Installation.id == InstallationToken.installation_id)
    .join(Licence, Licence.id == Installation.licence_id)
    .join(Kit, Kit.id == Installation.kit_id)
    .join(Organisation, Organisation.id == Installation.organisation_id)
)
_READ = Prepared(_AROUND.where(InstallationToken.token_hash == bindparam("token_hash")))
# In one order everywhere, so that two rounds do not wait for each other.
_LOCK = Prepared(
    _AROUND.where(Among(InstallationToken.token_hash, "token_hashes"))
    .order_by(Installation.id)
    .with_for_update(of=[Installation, InstallationToken])
)
# Whatever changes an item makes a new version of its kit.
_ITEMS = select(KitItem.item_id).where(KitItem.kit_id == bindparam("kit_id")).order_by(KitItem.position)
_LICENSED = Prepared(
    select(
        *(ActivationToken.id, trust.VERSION),
        *(Kit.id, Kit.updated_at, Kit.version, Organisation.id, Organisation.name),
    )
    .select_from(ActivationToken)
    .join(Licence, Licence.id == ActivationToken.licence_id)
    .join(Kit, Kit.id == Licence.kit_id)
    .join(Organisation, Organisation.id == Licence.organisation_id)
    .where(ActivationToken.token_hash == bindparam("token_hash"))
)
_CHANGES = Changes(Installation, InstallationRow, "seat_until")


def find(connection: Connection, remembered: Remembered, token_hashes: Sequence[bytes]) -> list[Surroundings | None]:
    """What the installations that show some tokens stand on; None where a token is not known."""
    with together(connection):
        answers = [_READ.send(connection, token_hash=token_hash) for token_hash in token_hashes]
    found = [answer() for answer in answers]
    return [_surroundings(connection, remembered, rows[0]) if rows else None for rows in found]


def lock(connection: Connection, remembered: Remembered, token_hashes: Collection[bytes]) -> dict[bytes, Surroundings]:
    """The same of many, by the hash of the token; installations and tokens stay locked."""
    with by_keys(connection):
        rows = _LOCK.send(connection, token_hashes=token_hashes)
    return {row[0]: _surroundings(connection, remembered, row) for row in rows()}


def find_licensed(connection: Connection, remembered: Remembered, token_hash: bytes) -> Licensed | None:
    """What an activation token is good for; None where it is not known."""
    row = _LICENSED.first(connection, token_hash=token_hash)
    if row is None:
        return None
    token_id, keyset_version, kit_id, updated_at, version, organisation_id, name = row
    kit = _kit(connection, remembered, kit_id, updated_at, version)
    return Licensed(token_id, keyset_version, kit, OrganisationRow(organisation_id, name))


def save(connection: Connection, installations: Collection[InstallationRow]) -> None:
    """Write what may have changed of installations."""
    _CHANGES.write(connection, installations)


def _surroundings(connection: Connection, remembered: Remembered, row: Any) -> Surroundings:
    installation = InstallationRow(*row[4:_LICENCE])
    updated_at, version, name = row[_KIT:]
    return Surroundings(
        token_id=row[1],
        token_used_at=row[2],
        keyset_version=row[3],
        installation=installation,
        licence=LicenceRow(installation.licence_id, *row[_LICENCE:_KIT]),
        kit=_kit(connection, remembered, installation.kit_id, updated_at, version),
        organisation=OrganisationRow(installation.organisation_id, name),
    )


def _kit(connection: Connection, remembered: Remembered, kit_id: str, updated_at: datetime, version: int) -> KitRow:
    return remembered.get(
        ("kit", kit_id),
        (version, updated_at),
        lambda: KitRow(kit_id, updated_at, tuple(connection.scalars(_ITEMS, {"kit_id": kit_id}))),
    )
