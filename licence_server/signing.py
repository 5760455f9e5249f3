"""What we sign, and the keys we sign it with from day to day.

* Signing keys live in SIGNING_KEY_FILE, which is read again when a key is asked for that it did not hold:
  a rotation reaches running servers at once.
* The root key signs keysets and its own successor, nothing else. Its private half is encrypted on disk and
  read only by the commands that are given its passphrase.
"""

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

from licence_server.domain.errors import ConfigError
from licence_server.domain.lease import NO_END, lease_dates
from licence_server.private_keys import Jwk, PrivateKey, read_signing_keys

KEYSET_LIFETIME = timedelta(days=3 * 366)
REMEMBERED_LEASES = 1024


class LeaseContent(NamedTuple):
    """All that a lease says, in the values that it is made from: to know it again must cost less than to write it.
    ends_at: of the licence, None where it has none. item_ids: in the kit's order."""

    issuer: str
    kit_id: str
    installation_id: UUID
    issued_at: datetime
    organisation_id: UUID
    organisation_name: str
    licence_id: UUID
    licence_kind: str
    ends_at: datetime | None
    item_ids: tuple[str, ...]
    lease_days: int
    grace_days: int
    check_in_days: int


class SigningKeys:
    """The private signing keys of a file, and the leases last signed with them: a kit that checks in again within
    the hour is handed the very same one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, PrivateKey] = {}
        self._lock = threading.Lock()
        self.lease = lru_cache(maxsize=REMEMBERED_LEASES)(self._lease)

    def find(self, kid: str) -> PrivateKey:
        """The key of that id. Raises ConfigError where the file lacks it."""
        if kid not in self._keys:
            with self._lock:
                self._keys = {key.kid: key for key in read_signing_keys(self._path)}
        try:
            return self._keys[kid]
        except KeyError:
            raise ConfigError(f"The signing key {kid} is not in {self._path}.") from None

    def _lease(self, kid: str, content: LeaseContent) -> str:
        """A lease signed with the key of that id. Raises ConfigError."""
        return sign_lease(self.find(kid), content)


def sign_lease(key: PrivateKey, content: LeaseContent) -> str:
    """A `kit-lease+jwt`.

    `jti` follows from installation and moment, so that a lease handed out again is the same lease.
    """
    dates = lease_dates(content.issued_at, content, content.ends_at)
    issued_at = _numeric(dates.issued_at)
    installation_id, ends_at = str(content.installation_id), content.ends_at or NO_END
    return key.sign(
        "kit-lease+jwt",
        {
            "iss": content.issuer,
            "aud": content.kit_id,
            "sub": installation_id,
            "jti": sha256(f"{installation_id} {issued_at} {key.kid}".encode()).hexdigest()[:32],
            "iat": issued_at,
            "nbf": _numeric(dates.not_before),
            "exp": _numeric(dates.expires_at),
            "grace_until": _numeric(dates.grace_until),
            "organisation": {"id": str(content.organisation_id), "name": content.organisation_name},
            "licence": {"id": str(content.licence_id), "kind": content.licence_kind, "ends_at": _numeric(ends_at)},
            "items": list(content.item_ids),
            "check_in_days": content.check_in_days,
        },
    )


def sign_keyset(root: PrivateKey, *, issuer: str, version: int, jwks: Iterable[Jwk], now: datetime) -> str:
    """A `kit-keyset+jwt`, good for three years."""
    return root.sign(
        "kit-keyset+jwt",
        {
            "iss": issuer,
            "aud": "kit-keyset",
            "jti": uuid4().hex,
            "iat": _numeric(now),
            "exp": _numeric(now + KEYSET_LIFETIME),
            "version": version,
            "keys": list(jwks),
        },
    )


def sign_root_change(previous: PrivateKey, *, issuer: str, root: Jwk, version: int, now: datetime) -> str:
    """A `kit-root+jwt`: the old root says which one follows it."""
    return previous.sign(
        "kit-root+jwt",
        {
            "iss": issuer,
            "aud": "kit-root",
            "jti": uuid4().hex,
            "iat": _numeric(now),
            "root": root,
            "version": version,
        },
    )


def _numeric(moment: datetime) -> int:
    """RFC 7519 NumericDate, whole seconds."""
    return int(moment.timestamp())
