"""Activate an installation: bind it to a licence, give it a seat, a lease and a token.

Activations that wait at the same moment share a transaction (see `rounds`): each is judged by itself, in the order
they came, before anything is written; then all that they change is written in sets.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from licence_server.domain import activation_token
from licence_server.domain import licence as rules
from licence_server.domain.errors import LicenceServerError, Refused
from licence_server.domain.verdict import ACTIVE, Verdict
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
from licence_server.services.activation_judgements import Activation, Asked, Found, Granted, judge
from licence_server.services.activation_rows import LicenceRow
from licence_server.services.prepared import together
from licence_server.services.rate_limits import count_unknown_token
from licence_server.services.rounds import ALONE, Outcome
from licence_server.services.runtime import Runtime
from licence_server.services.trust import Trust


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
    granted = runtime.rounds.join(_activate_all, Asked(asked, licensed.token_id, now))
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


def _activate_all(runtime: Runtime, session: Session, asked: Sequence[Asked]) -> list[Outcome[Granted]]:
    """The activations of one round."""
    connection = session.connection()
    found = Found(runtime, connection, asked)
    outcomes: list[Outcome[Granted]] = []
    granted: dict[UUID, Granted] = {}
    for one in asked:
        if len(asked) > 1 and (one.activation.installation_id in granted or found.needs_count(one)):
            # It depends on what others of the round did not write yet.
            outcomes.append(ALONE)
            continue
        try:
            outcome = judge(connection, found, one)
        except LicenceServerError as refusal:
            outcomes.append(refusal)
            continue
        granted[one.activation.installation_id] = outcome
        outcomes.append(outcome)
    if granted:
        _store(runtime, session, found, list(granted.values()))
    return outcomes


def _store(runtime: Runtime, session: Session, found: Found, granted: Sequence[Granted]) -> None:
    """Write all that the activations of a round change."""
    connection = session.connection()
    taking = [one for one in granted if one.takes_seat]
    begun = {one.licence.id: one.licence for one in taking if _begin(runtime, one.licence, one.now)}
    for one in granted:
        leases.renew(one.installation, one.licence, one.now)
    installations = [one.installation for one in granted]
    known = [installation for installation in installations if installation.id in found.known]
    new = [installation for installation in installations if installation.id not in found.known]
    with together(connection, commit=True):
        for installation in known:
            if installation.id in found.removed:
                removed_installations.bring_back(connection, found.removed[installation.id], installation.id)
            installation_tokens.make_room(connection, installation.id)
        activation_rows.add(connection, new)
        activation_rows.save(
            connection,
            installations=known,
            tokens={one.token.id: one.token for one in taking}.values(),
            licences=begun.values(),
        )
        issued = installation_tokens.issue(connection, [(one.installation.id, one.now) for one in granted])
        if taking:
            audit.record_all(runtime, session, [_note(one) for one in taking])
    for one, secret in zip(granted, issued, strict=True):
        one.secret = secret


def _note(taken: Granted) -> audit.Note:
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


def _begin(runtime: Runtime, licence: LicenceRow, now: datetime) -> bool:
    """The first activation begins a trial. Whether this one is the first."""
    if licence.first_activated_at is not None:
        return False
    licence.first_activated_at = now
    if licence.trial_days is not None and licence.ends_at is None:
        licence.ends_at = rules.trial_end(now, licence.trial_days, runtime.timezone)
        licence.changed_at = now
    return True
