"""Activate an installation: bind it to a licence, give it a seat, a lease and a token."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from licence_server.domain import activation_token, seats, verdict
from licence_server.domain import licence as rules
from licence_server.domain.errors import Conflict, LicenceServerError, Refused
from licence_server.domain.verdict import ACTIVE, SEAT_LIMIT_REACHED, Verdict
from licence_server.models import ActivationToken, Installation, Licence
from licence_server.secret_keys import hash_secret
from licence_server.services import audit, installation_tokens, leases, removed_installations, surroundings, trust
from licence_server.services.rate_limits import count_unknown_token
from licence_server.services.runtime import Runtime
from licence_server.services.trust import Trust

_FIND = select(ActivationToken.id, ActivationToken.licence_id).where(
    ActivationToken.token_hash == bindparam("token_hash")
)
# Written once: to write them costs more than to run them.
_LOCK_INSTALLATION = select(Installation).where(Installation.id == bindparam("installation_id")).with_for_update()
_LOCK_LICENCE = select(Licence).where(Licence.id == bindparam("licence_id")).with_for_update()
_READ_TOKEN = select(ActivationToken).where(ActivationToken.id == bindparam("token_id"))


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
        found = connection.execute(_FIND, {"token_hash": token_hash}).one_or_none()
    if found is None:
        count_unknown_token(runtime, address, now=now)
        raise Refused("token_unknown", "This activation token is not known.")
    token_id, licence_id = found
    return runtime.database.write(lambda session: _activate(runtime, session, token_id, licence_id, asked, now))


def _activate(
    runtime: Runtime, session: Session, token_id: UUID, licence_id: UUID, asked: Activation, now: datetime
) -> Activated:
    # Locks in the order installation, licence, as everywhere; the licence's lock guards its tokens' uses.
    installation = session.scalar(_LOCK_INSTALLATION, {"installation_id": asked.installation_id})
    if installation is None:
        installation = removed_installations.bring_back(runtime, session, asked.installation_id)
    licence = session.scalars(_LOCK_LICENCE, {"licence_id": licence_id}).one()
    token = session.scalars(_READ_TOKEN, {"token_id": token_id}).one()
    connection = session.connection()
    kit, organisation, keyset_version = surroundings.of_licence(connection, runtime.remembered, licence.id)
    trusted = trust.of_version(connection, runtime.remembered, keyset_version)

    _refuse_token(token, now)
    _refuse_installation(installation, licence)
    if asked.kit_id != licence.kit_id:
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
        installation = _new_installation(asked, licence, now)
    else:
        _rebind(installation, licence)
    if leases.with_seat(session, installation, licence, now) is None:
        raise Conflict(SEAT_LIMIT_REACHED.code, SEAT_LIMIT_REACHED.detail)

    installation.kit_version = asked.kit_version
    installation.client_name, installation.client_version = asked.client_name, asked.client_version
    installation.label = asked.label if asked.label is not None else installation.label
    session.add(installation)
    if not holds_seat:
        token.uses += 1
        _begin(runtime, licence, now)
    leases.renew(installation, licence, now)
    session.flush()
    secret = installation_tokens.issue(session, installation.id, now)
    session.flush()
    if not holds_seat:
        audit.record(
            runtime,
            session,
            now=now,
            actor=f"installation:{installation.id}",
            action="installation_activated",
            subject=f"installation:{installation.id}",
            after={
                "organisation_id": licence.organisation_id,
                "licence_id": licence.id,
                "activation_token_id": token.id,
                "seat_until": installation.seat_until,
            },
        )
    kid = runtime.secret_keys.message_kid
    return Activated(
        took_seat=not holds_seat,
        installation_id=installation.id,
        installation_token=secret,
        message_key=runtime.secret_keys.message_key(kid, str(installation.id)),
        message_kid=kid,
        verdict=ACTIVE,
        lease=leases.write(runtime, installation, licence, organisation, kit, trusted),
        trust=trusted,
    )


def _refuse_token(token: ActivationToken, now: datetime) -> None:
    refusal: LicenceServerError | None = None
    if token.revoked_at is not None:
        refusal = Refused("token_revoked", "This activation token has been revoked.")
    elif token.expires_at is not None and now >= token.expires_at:
        refusal = Refused("token_expired", "This activation token has expired.")
    if refusal is not None:
        raise refusal


def _refuse_installation(installation: Installation | None, licence: Licence) -> None:
    if installation is None:
        return
    if installation.organisation_id != licence.organisation_id:
        raise Refused("installation_elsewhere", "This installation belongs to another organisation.")
    if installation.revoked_at is not None:
        raise Refused("installation_revoked", "This installation has been revoked.")


def _new_installation(asked: Activation, licence: Licence, now: datetime) -> Installation:
    return Installation(
        id=asked.installation_id,
        organisation_id=licence.organisation_id,
        licence_id=licence.id,
        kit_id=licence.kit_id,
        activated_at=now,
        received_numbers="",
        missing_reports=0,
    )


def _rebind(installation: Installation, licence: Licence) -> None:
    """A known installation comes back, or moves to another licence of its organisation."""
    if installation.licence_id != licence.id or installation.released_at is not None:
        installation.seat_until = None
    installation.licence_id = licence.id
    installation.kit_id = licence.kit_id
    installation.released_at = None


def _begin(runtime: Runtime, licence: Licence, now: datetime) -> None:
    """The first activation begins a trial."""
    if licence.first_activated_at is not None:
        return
    licence.first_activated_at = now
    if licence.trial_days is not None and licence.ends_at is None:
        licence.ends_at = rules.trial_end(now, licence.trial_days, runtime.timezone)
        licence.changed_at = now
