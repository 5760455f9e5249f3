"""Activation tokens: issue, revoke, list. The token itself is seen once, when it is issued."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from licence_server.domain import activation_token, dates
from licence_server.domain.errors import Conflict, Invalid, not_found
from licence_server.models import ActivationToken, Licence
from licence_server.secret_keys import hash_secret
from licence_server.services import audit
from licence_server.services.audit import Act
from licence_server.services.paging import Page, page
from licence_server.services.runtime import Runtime

MAX_USES = 1_000_000


@dataclass(frozen=True)
class IssuedToken:
    """secret: the written token, to be shown once."""

    token: ActivationToken
    secret: str


def issue(
    runtime: Runtime,
    licence_id: UUID,
    *,
    now: datetime,
    actor: str,
    uses: int | None = None,
    until: date | None = None,
) -> IssuedToken:
    """Issue a token. uses: how many activations it allows, None for any number; until: its last day.

    Raises NotFound, Conflict (licence revoked), Invalid.
    """
    if uses is not None and not 1 <= uses <= MAX_USES:
        raise Invalid("uses_invalid", f"uses must lie between 1 and {MAX_USES}.", {"uses": "is out of range"})
    if until is not None and not date(2000, 1, 1) <= until <= dates.LAST_DAY:
        raise Invalid("until_invalid", "until is no day that a token can end on.", {"until": "is out of range"})
    expires_at = dates.end_of(until, runtime.timezone) if until is not None else None
    if expires_at is not None and expires_at <= now:
        raise Invalid("until_invalid", "until lies in the past.", {"until": "lies in the past"})
    secret, token = _new(licence_id, now, uses, expires_at)
    with runtime.database.writing() as session:
        licence = session.get(Licence, licence_id)
        if licence is None:
            raise not_found("licence", licence_id)
        if licence.revoked_at is not None:
            raise Conflict("licence_revoked", "The licence has been revoked, so no token can be issued for it.")
        session.add(token)
        session.flush()
        _record(runtime, session, token, now=now, actor=actor, action="activation_token_issued")
    return IssuedToken(token, secret)


def issue_many(
    runtime: Runtime, session: Session, licence_ids: Sequence[UUID], *, now: datetime, actor: str
) -> dict[UUID, str]:
    """Issue a token for each of many licences, in the caller's transaction. Returns licence to secret."""
    issued = [_new(licence_id, now) for licence_id in licence_ids]
    session.add_all([token for _, token in issued])
    session.flush()
    acts = [Act(f"activation_token:{token.id}", after=_details(token)) for _, token in issued]
    audit.record_many(runtime, session, acts, now=now, actor=actor, action="activation_token_issued")
    return {token.licence_id: secret for secret, token in issued}


def revoke(
    runtime: Runtime, token_id: UUID, *, now: datetime, actor: str, reason: str | None = None
) -> ActivationToken:
    """End a token; installations it activated go on. Raises NotFound, Conflict."""
    with runtime.database.writing() as session:
        token = session.get(ActivationToken, token_id, with_for_update=True)
        if token is None:
            raise not_found("activation token", token_id)
        if token.revoked_at is not None:
            raise Conflict("token_revoked", "The activation token has been revoked already.")
        token.revoked_at = now
        session.flush()
        _record(runtime, session, token, now=now, actor=actor, action="activation_token_revoked", reason=reason)
    return token


def get(runtime: Runtime, token_id: UUID) -> ActivationToken:
    """One token. Raises NotFound."""
    with runtime.database.reading() as session:
        token = session.get(ActivationToken, token_id)
    if token is None:
        raise not_found("activation token", token_id)
    return token


def status(token: ActivationToken, now: datetime) -> str:
    """revoked, expired, used_up or active: the first that applies, in the order of the contract's codes."""
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at is not None and now >= token.expires_at:
        return "expired"
    if token.uses_limit is not None and token.uses >= token.uses_limit:
        return "used_up"
    return "active"


def list_page(
    runtime: Runtime, *, limit: int, cursor: str | None, licence_id: UUID | None = None
) -> Page[ActivationToken]:
    """Tokens by creation."""
    query: Select[Any] = select(ActivationToken).order_by(ActivationToken.created_at, ActivationToken.id)
    if licence_id is not None:
        query = query.where(ActivationToken.licence_id == licence_id)
    with runtime.database.reading() as session:
        return page(session, query, limit, cursor)


def _new(
    licence_id: UUID, now: datetime, uses: int | None = None, expires_at: datetime | None = None
) -> tuple[str, ActivationToken]:
    """A secret, and the token that it proves."""
    secret = activation_token.generate(secrets.randbelow)
    token = ActivationToken(
        id=uuid4(),
        licence_id=licence_id,
        token_hash=hash_secret(secret.replace("-", "")),
        hint=secret[-activation_token.GROUP :],
        uses_limit=uses,
        uses=0,
        expires_at=expires_at,
        created_at=now,
    )
    return secret, token


def _details(token: ActivationToken) -> dict[str, Any]:
    """What the audit log keeps of a token."""
    names = ("licence_id", "uses_limit", "uses", "expires_at", "revoked_at")
    return {name: getattr(token, name) for name in names}


def _record(runtime: Runtime, session: Session, token: ActivationToken, **entry: Any) -> None:
    audit.record(runtime, session, subject=f"activation_token:{token.id}", after=_details(token), **entry)
