"""Activate an installation: bind it to a licence, give it a seat, a lease and a token.

Activations that wait at the same moment share a transaction (see `rounds`): each is judged by itself, in the order
they came, before anything is written; then all that they change is written in sets.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from licence_server.domain import activation_token, seats, verdict
from licence_server.domain import licence as rules
from licence_server.domain.errors import Conflict, LicenceServerError, Refused
from licence_server.domain.verdict import ACTIVE, SEAT_LIMIT_REACHED, Verdict
from licence_server.secret_keys import hash_secret
from licence_server.services import (
    activation_rows,
    audit,
    installation_tokens,
    leases,
    removed_installations,
    surroundings,
    trust,
)
from licence_server.services.activation_rows import InstallationRow, LicenceRow, TokenRow
from licence_server.services.rate_limits import count_unknown_token
from licence_server.services.rounds import ALONE, Outcome
from licence_server.services.runtime import Runtime
from licence_server.services.trust import Trust


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
class Activated:
    """What a kit gets. took_seat: false where the installation held its seat already (HTTP 200, else 201)."""

    took_seat: bool
    installation_id: UUID
    installation_token: str
    message_key: bytes
    message_kid: str
    verdict: Verdict
    lease: str
    trust: Trust


def activate(runtime: Runtime, asked: Activation, *, now: datetime, address: str | None) -> Activated:
    """Activate. address: where the request came from, used only to slow down guessing.

    Raises Refused or Conflict with the first code that applies, in the contract's order;
    TooManyRequests where an address tries too many unknown tokens.
    """
    symbols = activation_token.normalise(asked.activation_token)
    token_hash = hash_secret(symbols if symbols is not None else secrets.token_hex())
    with runtime.database.looking() as connection:
        licensed = surroundings.find_licensed(connection, runtime.remembered, token_hash)
        if licensed is not None:
            trusted = trust.of_version(connection, runtime.remembered, licensed.keyset_version)
    if licensed is None:
        count_unknown_token(runtime, address, now=now)
        raise Refused("token_unknown", "This activation token is not known.")
    # A lease is signed once it is certain, so whether it can be is asked before.
    runtime.signing_keys.find(trusted.signing_kid)
    granted = runtime.rounds.join(_activate_all, _Asked(asked, licensed.token_id, now))
    kid = runtime.secret_keys.message_kid
    return Activated(
        took_seat=granted.takes_seat,
        installation_id=asked.installation_id,
        installation_token=granted.secret,
        message_key=runtime.secret_keys.message_key(kid, str(asked.installation_id)),
        message_kid=kid,
        verdict=ACTIVE,
        lease=leases.write(
            runtime, granted.installation, granted.licence, licensed.organisation, licensed.kit, trusted
        ),
        trust=trusted,
    )


@dataclass(frozen=True)
class _Asked:
    """An activation whose token is known."""

    activation: Activation
    token_id: UUID
    now: datetime


@dataclass
class _Granted:
    """An activation that nothing speaks against. secret: the installation's token, once it is issued."""

    installation: InstallationRow
    licence: LicenceRow
    token: TokenRow
    takes_seat: bool
    now: datetime
    secret: str = ""


def _activate_all(runtime: Runtime, session: Session, asked: Sequence[_Asked]) -> list[Outcome[_Granted]]:
    """The activations of one round."""
    connection = session.connection()
    found = _Found(runtime, connection, asked)
    outcomes: list[Outcome[_Granted]] = []
    granted: dict[UUID, _Granted] = {}
    for one in asked:
        if len(asked) > 1 and (one.activation.installation_id in granted or found.needs_count(one)):
            # It depends on what others of the round did not write yet.
            outcomes.append(ALONE)
            continue
        try:
            outcome = _judge(connection, found, one)
        except LicenceServerError as refusal:
            outcomes.append(refusal)
            continue
        granted[one.activation.installation_id] = outcome
        outcomes.append(outcome)
    if granted:
        _store(runtime, session, found, list(granted.values()))
    return outcomes


class _Found:
    """What the activations of a round depend on, locked in the order installation, licence, as everywhere; the
    licence's lock guards its tokens' uses.

    removed: ids of installations that retention has removed, each with the random one of its row.
    """

    def __init__(self, runtime: Runtime, connection: Connection, asked: Sequence[_Asked]) -> None:
        ids = {one.activation.installation_id for one in asked}
        self.installations = activation_rows.lock_installations(connection, ids)
        self.removed: dict[UUID, UUID] = {}
        if unknown := ids - self.installations.keys():
            self.removed = removed_installations.lock(runtime, connection, unknown)
        if self.removed:
            rows = activation_rows.lock_installations(connection, self.removed.values())
            for installation_id, row_id in self.removed.items():
                self.installations[installation_id] = replace(rows[row_id], id=installation_id)
        self.known = frozenset(self.installations)
        self.licensed = activation_rows.lock_licensed(connection, {one.token_id for one in asked})

    def needs_count(self, asked: _Asked) -> bool:
        """Whether seats must be counted for an activation."""
        licence = self.licensed[asked.token_id][1]
        installation = self.installations.get(asked.activation.installation_id)
        if installation is None or installation.licence_id != licence.id:
            return licence.seat_limit is not None
        return leases.needs_count(installation, licence, asked.now)


def _judge(connection: Connection, found: _Found, asked: _Asked) -> _Granted:
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
    return _Granted(installation, licence, token, not holds_seat, now)


def _store(runtime: Runtime, session: Session, found: _Found, granted: Sequence[_Granted]) -> None:
    """Write all that the activations of a round change."""
    connection = session.connection()
    taking = [one for one in granted if one.takes_seat]
    begun = {one.licence.id: one.licence for one in taking if _begin(runtime, one.licence, one.now)}
    for one in granted:
        leases.renew(one.installation, one.licence, one.now)
    installations = [one.installation for one in granted]
    known = [installation for installation in installations if installation.id in found.known]
    for installation in known:
        if installation.id in found.removed:
            removed_installations.bring_back(connection, found.removed[installation.id], installation.id)
        installation_tokens.make_room(connection, installation.id)
    activation_rows.add(
        connection, [installation for installation in installations if installation.id not in found.known]
    )
    activation_rows.save(
        connection,
        installations=known,
        tokens={one.token.id: one.token for one in taking}.values(),
        licences=begun.values(),
    )
    issued = installation_tokens.issue(connection, [(one.installation.id, one.now) for one in granted])
    for one, secret in zip(granted, issued, strict=True):
        one.secret = secret
    if taking:
        audit.record_all(runtime, session, [_note(one) for one in taking])


def _note(taken: _Granted) -> audit.Note:
    installation = taken.installation
    return audit.Note(
        now=taken.now,
        actor=f"installation:{installation.id}",
        action="installation_activated",
        subject=f"installation:{installation.id}",
        after={
            "organisation_id": taken.licence.organisation_id,
            "licence_id": taken.licence.id,
            "activation_token_id": taken.token.id,
            "seat_until": installation.seat_until,
        },
    )


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


def _begin(runtime: Runtime, licence: LicenceRow, now: datetime) -> bool:
    """The first activation begins a trial. Whether this one is the first."""
    if licence.first_activated_at is not None:
        return False
    licence.first_activated_at = now
    if licence.trial_days is not None and licence.ends_at is None:
        licence.ends_at = rules.trial_end(now, licence.trial_days, runtime.timezone)
        licence.changed_at = now
    return True
