"""Whether an activation is granted, judged before anything is written; what it changes is noted in the rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from licence_server.domain import licence as rules
from licence_server.domain import seats, verdict
from licence_server.domain.errors import Conflict, LicenceServerError, Refused
from licence_server.domain.verdict import SEAT_LIMIT_REACHED
from licence_server.services import activation_rows, leases, removed_installations
from licence_server.services.activation_rows import InstallationRow, LicenceRow, TokenRow
from licence_server.services.prepared import by_keys
from licence_server.services.runtime import Runtime


@dataclass(frozen=True)
class Activation:
    """What a kit asks for. `client` is name and version of the SDK; `label` is optional."""

    activation_token: str
    installation_id: UUID
    kit_id: str
    kit_version: str
    client_name: str
    client_version: str
    label: str | None


@dataclass(frozen=True)
class Asked:
    """An activation whose token is known."""

    activation: Activation
    token_id: UUID
    now: datetime


@dataclass
class Granted:
    """An activation that nothing speaks against. secret: the installation's token, once it is issued."""

    installation: InstallationRow
    licence: LicenceRow
    token: TokenRow
    takes_seat: bool
    now: datetime
    secret: str = ""


class Found:
    """What the activations of a round depend on, locked in the order installation, licence, as everywhere; the
    licence's lock guards its tokens' uses.

    removed: ids of installations that retention has removed, each with the random one of its row.
    """

    def __init__(self, runtime: Runtime, connection: Connection, asked: Sequence[Asked]) -> None:
        ids = {one.activation.installation_id for one in asked}
        with by_keys(connection):
            installations = activation_rows.lock_installations(connection, ids)
            removed = removed_installations.lock(runtime, connection, ids)
            licensed = activation_rows.lock_licensed(connection, {one.token_id for one in asked})
        self.installations = installations()
        self.removed = {found: row_id for found, row_id in removed().items() if found not in self.installations}
        if self.removed:
            rows = activation_rows.lock_installations(connection, self.removed.values())()
            for installation_id, row_id in self.removed.items():
                self.installations[installation_id] = replace(rows[row_id], id=installation_id)
        self.known = frozenset(self.installations)
        self.licensed = licensed()

    def needs_count(self, asked: Asked) -> bool:
        """Whether seats must be counted for an activation."""
        licence = self.licensed[asked.token_id][1]
        installation = self.installations.get(asked.activation.installation_id)
        if installation is None or installation.licence_id != licence.id:
            return licence.seat_limit is not None
        return leases.needs_count(installation, licence, asked.now)


def judge(connection: Connection, found: Found, asked: Asked) -> Granted:
    """Grant an activation, and note what that changes in the rows. Raises Refused, Conflict."""
    activation, now = asked.activation, asked.now
    token, licence = found.licensed[asked.token_id]
    installation = found.installations.get(activation.installation_id)
    _refuse_token(token, now)
    _refuse_installation(installation, licence)
    if activation.kit_id != licence.kit_id:
        raise Refused("kit_mismatch", "This activation token belongs to another kit.")
    refusal = verdict.licence_refusal(rules.status(licence, now))
    if refusal is not None:
        raise Refused(refusal.code, refusal.detail)

    holds_seat = (
        installation is not None
        and installation.licence_id == licence.id
        and seats.holds_seat(installation.seat_until, now)
    )
    if not holds_seat and token.uses_limit is not None and token.uses >= token.uses_limit:
        raise Refused("token_used_up", "This activation token has been used as often as it may be.")
    if installation is None:
        installation = _new_installation(activation, licence, now)
    else:
        _rebind(installation, licence)
    if leases.needs_count(installation, licence, now) and not leases.is_seat_free(
        connection, installation, licence, now
    ):
        raise Conflict(SEAT_LIMIT_REACHED.code, SEAT_LIMIT_REACHED.detail)

    installation.kit_version = activation.kit_version
    installation.client_name, installation.client_version = activation.client_name, activation.client_version
    installation.label = activation.label if activation.label is not None else installation.label
    if not holds_seat:
        token.uses += 1
    return Granted(installation, licence, token, not holds_seat, now)


def _refuse_token(token: TokenRow, now: datetime) -> None:
    refusal: LicenceServerError | None = None
    if token.revoked_at is not None:
        refusal = Refused("token_revoked", "This activation token has been revoked.")
    elif token.expires_at is not None and now >= token.expires_at:
        refusal = Refused("token_expired", "This activation token has expired.")
    if refusal is not None:
        raise refusal


def _refuse_installation(installation: InstallationRow | None, licence: LicenceRow) -> None:
    if installation is None:
        return
    if installation.organisation_id != licence.organisation_id:
        raise Refused("installation_elsewhere", "This installation belongs to another organisation.")
    if installation.revoked_at is not None:
        raise Refused("installation_revoked", "This installation has been revoked.")


def _new_installation(asked: Activation, licence: LicenceRow, now: datetime) -> InstallationRow:
    return InstallationRow(
        id=asked.installation_id,
        organisation_id=licence.organisation_id,
        activated_at=now,
        revoked_at=None,
        licence_id=licence.id,
        kit_id=licence.kit_id,
    )


def _rebind(installation: InstallationRow, licence: LicenceRow) -> None:
    """A known installation comes back, or moves to another licence of its organisation."""
    if installation.licence_id != licence.id or installation.released_at is not None:
        installation.seat_until = None
    installation.licence_id = licence.id
    installation.kit_id = licence.kit_id
    installation.released_at = None
