"""The rows that activations lock and change, for all of one round at once.

By columns, not by models, as for check-ins (`surroundings`).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from licence_server.models import ActivationToken, Installation, Licence
from licence_server.services.among import Among
from licence_server.services.prepared import Prepared
from licence_server.services.row_sets import Changes, insert_rows


@dataclass(slots=True)
class LicenceRow:
    """The columns of a licence that an activation looks at; it may change those from `first_activated_at` on."""

    id: UUID
    organisation_id: UUID
    kit_id: str
    kind: str
    starts_at: datetime
    trial_days: int | None
    seat_limit: int | None
    lease_days: int
    grace_days: int
    check_in_days: int
    suspended_at: datetime | None
    revoked_at: datetime | None
    first_activated_at: datetime | None
    ends_at: datetime | None
    changed_at: datetime


@dataclass(slots=True)
class TokenRow:
    """Those of an activation token; an activation may change `uses`."""

    id: UUID
    licence_id: UUID
    uses_limit: int | None
    expires_at: datetime | None
    revoked_at: datetime | None
    uses: int


@dataclass(slots=True)
class InstallationRow:
    """Those of an installation; an activation may change those from `licence_id` on."""

    id: UUID
    organisation_id: UUID
    activated_at: datetime
    revoked_at: datetime | None
    licence_id: UUID
    kit_id: str
    kit_version: str = ""
    client_name: str = ""
    client_version: str = ""
    label: str | None = None
    seat_until: datetime | None = None
    lease_issued_at: datetime | None = None
    released_at: datetime | None = None


_INSTALLATION: Any = Installation.__table__

# In one order everywhere, so that two rounds do not wait for each other.
_LOCK_INSTALLATIONS = Prepared(
    select(*(getattr(Installation, name) for name in InstallationRow.__slots__))
    .where(Among(Installation.id, "ids"))
    .order_by(Installation.id)
    .with_for_update()
)
_LOCK_LICENSED = Prepared(
    select(
        *(getattr(ActivationToken, name) for name in TokenRow.__slots__),
        *(getattr(Licence, name) for name in LicenceRow.__slots__),
    )
    .join(Licence, Licence.id == ActivationToken.licence_id)
    .where(Among(ActivationToken.id, "ids"))
    .order_by(Licence.id, ActivationToken.id)
    .with_for_update(of=[Licence, ActivationToken])
)
_INSTALLATIONS = Changes(Installation, InstallationRow, "licence_id")
_TOKENS = Changes(ActivationToken, TokenRow, "uses")
_LICENCES = Changes(Licence, LicenceRow, "first_activated_at", "version = licence.version + 1")


def lock_installations(connection: Connection, ids: Collection[UUID]) -> Callable[[], dict[UUID, InstallationRow]]:
    """Those of some installations that are there, by id, once they are looked at. To be locked before licences, as
    everywhere."""
    rows = _LOCK_INSTALLATIONS.send(connection, ids=ids)
    return lambda: {row[0]: InstallationRow(*row) for row in rows()}


def lock_licensed(
    connection: Connection, token_ids: Collection[UUID]
) -> Callable[[], dict[UUID, tuple[TokenRow, LicenceRow]]]:
    """Activation tokens and their licences, by the token's id, once they are looked at; one licence is one row, whoever
    it is found by."""
    rows = _LOCK_LICENSED.send(connection, ids=token_ids)
    width = len(TokenRow.__slots__)

    def found() -> dict[UUID, tuple[TokenRow, LicenceRow]]:
        licences: dict[UUID, LicenceRow] = {}
        licensed = {}
        for row in rows():
            token, licence = TokenRow(*row[:width]), LicenceRow(*row[width:])
            licensed[token.id] = token, licences.setdefault(licence.id, licence)
        return licensed

    return found


def add(connection: Connection, installations: Collection[InstallationRow]) -> None:
    """Write new installations."""
    unreported = {"received_numbers": "", "missing_reports": 0}
    ordered = sorted(installations, key=attrgetter("id"))
    insert_rows(connection, _INSTALLATION, [_named(row) | unreported for row in ordered])


def save(
    connection: Connection,
    *,
    installations: Collection[InstallationRow],
    tokens: Collection[TokenRow],
    licences: Collection[LicenceRow],
) -> None:
    """Write what has changed of known rows."""
    _INSTALLATIONS.write(connection, installations)
    _LICENCES.write(connection, licences)
    _TOKENS.write(connection, tokens)


def _named(row: InstallationRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}
