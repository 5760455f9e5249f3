"""The key ceremony: list keys, rotate the signing key, change the root."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.domain.errors import Refused
from licence_server.models import AuditHead, Installation, Keyset, Licence, Root, SigningKey
from licence_server.private_keys import Jwk, PrivateKey, open_root_key, read_root_key
from licence_server.secret_keys import write_private
from licence_server.services import audit, key_files
from licence_server.services.runtime import NOT_INITIALISED, Runtime
from licence_server.signing import KEYSET_LIFETIME, sign_keyset, sign_root_change

WARNING = timedelta(days=180)


@dataclass(frozen=True)
class KeyList:
    """root: the root's public JWK. signing: rows, oldest first. expires_at: of the keyset."""

    root: Jwk
    signing: list[SigningKey]
    keyset_version: int
    expires_at: datetime

    def warning(self, now: datetime) -> str | None:
        """What to do about the keyset's end, once it lies within 180 days."""
        if now < self.expires_at - WARNING:
            return None
        return f"the keyset ends on {self.expires_at:%Y-%m-%d}: run `licence-server keys rotate` before then"


def list_keys(runtime: Runtime) -> KeyList:
    """Every key that matters now. Raises Unavailable before `init`."""
    with runtime.database.reading() as session:
        root, keyset = _newest(session)
        signing = list(session.scalars(select(SigningKey).order_by(SigningKey.created_at, SigningKey.kid)))
    return KeyList(json.loads(root.jwk), signing, keyset.version, keyset.expires_at)


def jwks(runtime: Runtime, *, now: datetime) -> list[Jwk]:
    """The public signing keys in force (RFC 7517)."""
    with runtime.database.reading() as session:
        return _living(session, now)


def rotate(
    runtime: Runtime,
    *,
    now: datetime,
    actor: str,
    passphrase: str,
    root_key_file: Path | None = None,
    root_key_content: bytes | None = None,
) -> KeyList:
    """Make a new signing key and a keyset signed by the root.

    The root key comes from a file, from the content of one, or else from DATA_DIR. The old signing key stays
    in the keyset until the last lease it signed has run out. Raises Refused where the root key is missing,
    locked, or not the root of this deployment.
    """
    if root_key_content is not None:
        root_key = open_root_key(root_key_content, passphrase)
    else:
        root_key = read_root_key(root_key_file or runtime.config.root_key_file, passphrase)
    with runtime.database.writing() as session:
        lock_all(session)
        root, _ = _newest(session)
        _require_root(root, root_key)
        signing_key = PrivateKey.generate()
        key_files.append_signing_key(runtime.config.signing_key_file, signing_key)
        publish(runtime, session, root_key, signing_key, now=now)
        _record(runtime, session, now, actor, "signing_key_rotated", {"signing": signing_key.kid})
    return list_keys(runtime)


def change_root(
    runtime: Runtime,
    *,
    now: datetime,
    actor: str,
    root_key_file: Path | None,
    passphrase: str,
    new_root_key_file: Path,
    new_passphrase: str,
) -> KeyList:
    """Put a new root in force: the old one signs it, it signs the keyset anew.

    Kits built with any earlier root follow. Raises Refused as `rotate` does, or where the new file exists.
    """
    old_key = read_root_key(root_key_file or runtime.config.root_key_file, passphrase)
    new_key = PrivateKey.generate()
    with runtime.database.writing() as session:
        lock_all(session)
        root, keyset = _newest(session)
        _require_root(root, old_key)
        version = root.version + 1
        issuer = runtime.config.public_url
        change = sign_root_change(old_key, issuer=issuer, root=new_key.jwk, version=version, now=now)
        session.add(Root(version=version, jwk=json.dumps(new_key.jwk), jwt=change, created_at=now))
        session.flush()
        _add_keyset(runtime, session, new_key, keyset.signing_kid, now)
        _record(runtime, session, now, actor, "root_changed", {"root": new_key.kid, "version": version})
        try:
            write_private(new_root_key_file, new_key.pem(new_passphrase))
        except FileExistsError:
            raise Refused("root_key_exists", f"{new_root_key_file} exists; the new root is not put over it.") from None
    return list_keys(runtime)


def publish(runtime: Runtime, session: Session, root: PrivateKey, signing_key: PrivateKey, *, now: datetime) -> None:
    """Put a signing key in force: retire its predecessor in time, sign a new keyset."""
    for row in session.scalars(select(SigningKey).where(SigningKey.retires_at.is_(None))):
        row.retires_at = _last_lease_end(session, now)
    session.add(SigningKey(kid=signing_key.kid, jwk=json.dumps(signing_key.jwk), created_at=now))
    session.flush()
    _add_keyset(runtime, session, root, signing_key.kid, now)


def lock_all(session: Session) -> None:
    """One key ceremony at a time: the audit head is the lock that every deployment has."""
    session.execute(select(AuditHead).where(AuditHead.id == 1).with_for_update())


def _add_keyset(runtime: Runtime, session: Session, root: PrivateKey, signing_kid: str, now: datetime) -> None:
    version = (session.scalar(select(func.max(Keyset.version))) or 0) + 1
    issuer = runtime.config.public_url
    changes = session.scalars(select(Root.jwt).where(Root.jwt.is_not(None)).order_by(Root.version))
    session.add(
        Keyset(
            version=version,
            jwt=sign_keyset(root, issuer=issuer, version=version, jwks=_living(session, now), now=now),
            roots=json.dumps(list(changes)),
            signing_kid=signing_kid,
            created_at=now,
            expires_at=now + KEYSET_LIFETIME,
        )
    )
    session.flush()


def _last_lease_end(session: Session, now: datetime) -> datetime:
    """When every lease signed until now has run out: the longest that any licence's terms allow."""
    days = session.scalar(select(func.max(Licence.lease_days + Licence.grace_days))) or 0
    longest = dates.shifted(now, timedelta(days=days))
    held = session.scalar(select(func.max(Installation.seat_until)))
    return max(longest, held) if held is not None else longest


def _living(session: Session, now: datetime) -> list[Jwk]:
    rows = session.scalars(
        select(SigningKey)
        .where((SigningKey.retires_at.is_(None)) | (SigningKey.retires_at > now))
        .order_by(SigningKey.created_at, SigningKey.kid)
    )
    return [json.loads(row.jwk) for row in rows]


def _newest(session: Session) -> tuple[Root, Keyset]:
    root = session.scalar(select(Root).order_by(Root.version.desc()).limit(1))
    keyset = session.scalar(select(Keyset).order_by(Keyset.version.desc()).limit(1))
    if root is None or keyset is None:
        raise NOT_INITIALISED
    return root, keyset


def _require_root(root: Root, key: PrivateKey) -> None:
    if json.loads(root.jwk)["kid"] != key.kid:
        raise Refused("root_key_foreign", "That is a root key, but not the root of this deployment.")


def _record(runtime: Runtime, session: Session, now: datetime, actor: str, action: str, after: dict[str, Any]) -> None:
    audit.record(runtime, session, now=now, actor=actor, action=action, subject="deployment", after=after)
