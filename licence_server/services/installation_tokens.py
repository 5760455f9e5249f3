"""The tokens installations show: make one, and find the installation behind one."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.orm import Session

from licence_server.domain.errors import Unauthenticated
from licence_server.models import Installation, InstallationToken
from licence_server.secret_keys import hash_secret
from licence_server.services.prepared import Prepared
from licence_server.services.row_sets import insert_rows
from licence_server.services.runtime import Runtime

_TABLE: Any = InstallationToken.__table__
_UNUSED_KEPT = 1000
_UNUSED = (InstallationToken.installation_id == bindparam("owner"), InstallationToken.used_at.is_(None))
_DELETE_OLD = Prepared(
    delete(InstallationToken).where(
        *_UNUSED,
        InstallationToken.id
        <= select(InstallationToken.id)
        .where(*_UNUSED)
        .order_by(InstallationToken.id.desc())
        .offset(_UNUSED_KEPT - 1)
        .limit(1)
        .scalar_subquery(),
    )
)
_USE = Prepared(update(_TABLE).where(_TABLE.c.id == bindparam("used")).values(used_at=bindparam("now")))
_DELETE_OLDER = Prepared(
    delete(InstallationToken).where(
        InstallationToken.installation_id == bindparam("owner"), InstallationToken.id < bindparam("used")
    )
)


def issue(connection: Connection, owners: Sequence[tuple[UUID, datetime]]) -> list[str]:
    """A new token for each of some installations, at its moment. Older ones live until a newer one is used."""
    tokens = [secrets.token_urlsafe(32) for _ in owners]
    rows = [
        {"installation_id": installation_id, "token_hash": hash_secret(token), "created_at": now}
        for (installation_id, now), token in zip(owners, tokens, strict=True)
    ]
    insert_rows(connection, _TABLE, rows)
    return tokens


def make_room(connection: Connection, installation_id: UUID) -> None:
    """Of the tokens never used keep the newest thousand with the one that is about to be issued, so that a client
    gone wild cannot fill the table."""
    _DELETE_OLD.run(connection, owner=installation_id)


def require_known(runtime: Runtime, token: str, *, now: datetime) -> None:
    """Raise Unauthenticated for a token that is not known; the token is not used by this."""
    with runtime.database.reading() as session:
        authenticate(session, token, now, lock=False)


def authenticate(session: Session, token: str, now: datetime, *, lock: bool) -> tuple[Installation, InstallationToken]:
    """The installation that shows a token, and the token's row.

    Tokens carry 256 random bits and are looked up by hash, so the time taken tells nothing about them.
    With `lock` the rows stay locked, and a first use ends every older token. Raises Unauthenticated.
    """
    query = (
        select(Installation, InstallationToken)
        .join(InstallationToken, InstallationToken.installation_id == Installation.id)
        .where(InstallationToken.token_hash == hash_secret(token))
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).one_or_none()
    if found is None:
        raise unknown()
    installation, row = found
    if lock and row.used_at is None:
        note_first_uses(session.connection(), [(row.id, installation.id, now)])
    return installation, row


def note_first_uses(connection: Connection, uses: Sequence[tuple[int, UUID, datetime]]) -> None:
    """Tokens are used for the first time, each by its id, owner and moment: it ends every older one of its owner."""
    _USE.run_many(connection, [{"used": token_id, "now": now} for token_id, _, now in uses])
    _DELETE_OLDER.run_many(connection, [{"used": token_id, "owner": owner} for token_id, owner, _ in uses])


def unknown() -> Unauthenticated:
    """The refusal of a token that is not known."""
    return Unauthenticated(
        "installation_token_unknown", "This installation token is not known: activate the kit again."
    )
