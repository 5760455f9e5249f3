"""What every answer to a kit carries: the keyset in force and all changes of root."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from licence_server.models import Keyset
from licence_server.services.remembered import Remembered
from licence_server.services.runtime import NOT_INITIALISED, Runtime


@dataclass(frozen=True)
class Trust:
    """keyset, roots: compact JWTs. signing_kid: the key that signs now, since `changed_at`."""

    keyset: str
    roots: list[str]
    version: int
    signing_kid: str
    changed_at: datetime
    expires_at: datetime

    @property
    def issuer(self) -> str:
        """The address that the keyset was signed for: kits believe one that names their server, and no other."""
        claims = self.keyset.split(".")[1]
        return str(json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["iss"])


_CURRENT = (
    select(Keyset.jwt, Keyset.roots, Keyset.version, Keyset.signing_kid, Keyset.created_at, Keyset.expires_at)
    .order_by(Keyset.version.desc())
    .limit(1)
)


VERSION = select(func.max(Keyset.version)).scalar_subquery()
"""For a query that is made anyway: the version of the keyset in force."""


def of_version(connection: Connection, remembered: Remembered, version: int | None) -> Trust:
    """The keyset in force, whose version another query brought along. Raises Unavailable before `init`."""
    return remembered.get("keyset", version, lambda: _read(connection))


def current(session: Session) -> Trust:
    """The keyset in force. Raises Unavailable before `init`."""
    return _read(session.connection())


def _read(connection: Connection) -> Trust:
    row = connection.execute(_CURRENT).one_or_none()
    if row is None:
        raise NOT_INITIALISED
    return Trust(row.jwt, json.loads(row.roots), row.version, row.signing_kid, row.created_at, row.expires_at)


def read(runtime: Runtime) -> Trust:
    """The keyset in force, for those who only want to look. Raises Unavailable."""
    with runtime.database.reading() as session:
        return current(session)
