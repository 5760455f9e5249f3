"""API keys of the team's programs: create, revoke, list, authenticate."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from licence_server.domain.errors import Conflict, Unauthenticated, not_found
from licence_server.domain.scopes import Scope, covers
from licence_server.models import ApiKey
from licence_server.secret_keys import hash_secret
from licence_server.services import audit
from licence_server.services.runtime import Runtime


@dataclass(frozen=True)
class CreatedKey:
    """secret: the key itself, to be shown once."""

    key: ApiKey
    secret: str


def create(runtime: Runtime, *, now: datetime, actor: str, name: str, scopes: list[Scope]) -> CreatedKey:
    """Create a key with scopes."""
    secret = f"lsk_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        id=uuid4(),
        name=name,
        key_hash=hash_secret(secret),
        scopes=" ".join(sorted({scope.value for scope in scopes})),
        created_at=now,
    )
    with runtime.database.writing() as session:
        session.add(key)
        session.flush()
        audit.record(
            runtime,
            session,
            now=now,
            actor=actor,
            action="api_key_created",
            subject=f"api_key:{key.id}",
            after={"name": name, "scopes": key.scopes},
        )
    return CreatedKey(key, secret)


def revoke(runtime: Runtime, key_id: UUID, *, now: datetime, actor: str) -> ApiKey:
    """End a key. Raises NotFound, Conflict."""
    with runtime.database.writing() as session:
        key = session.get(ApiKey, key_id, with_for_update=True)
        if key is None:
            raise not_found("API key", key_id)
        if key.revoked_at is not None:
            raise Conflict("api_key_revoked", "The API key has been revoked already.")
        key.revoked_at = now
        session.flush()
        audit.record(runtime, session, now=now, actor=actor, action="api_key_revoked", subject=f"api_key:{key.id}")
    return key


def get(runtime: Runtime, key_id: UUID) -> ApiKey:
    """Raises NotFound."""
    with runtime.database.reading() as session:
        key = session.get(ApiKey, key_id)
    if key is None:
        raise not_found("API key", key_id)
    return key


def list_all(runtime: Runtime) -> list[ApiKey]:
    """Every key, oldest first."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)))


def authenticate(runtime: Runtime, secret: str) -> ApiKey:
    """The key with this secret. Found by hash of 256 random bits, so time tells nothing.

    Raises Unauthenticated.
    """
    with runtime.database.reading() as session:
        key = session.scalar(select(ApiKey).where(ApiKey.key_hash == hash_secret(secret)))
    if key is None or key.revoked_at is not None:
        raise Unauthenticated("api_key_unknown", "This API key is not known.")
    return key


def allows(key: ApiKey, scope: Scope) -> bool:
    """Whether a key may do what needs a scope."""
    return covers(key.scopes.split(), scope)
