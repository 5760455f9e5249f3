"""`init`: everything a deployment needs before its first kit, made once."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licence_server.domain.roles import Role
from licence_server.migrate import migrate
from licence_server.models import Root, Setting
from licence_server.private_keys import Jwk, PrivateKey
from licence_server.secret_keys import SecretKeys, make_passphrase, write_private
from licence_server.services import audit, key_files, keys, people
from licence_server.services.runtime import Runtime

DEFAULT_TIMEZONE = "Europe/London"


@dataclass(frozen=True)
class Initialised:
    """created: false where the deployment existed. passphrase: of the root key, where one was made up.

    one_time_password: the administrator's, where an address was given.
    """

    created: bool
    root: Jwk
    passphrase: str | None
    one_time_password: str | None = None


def initialise(
    runtime: Runtime, *, now: datetime, actor: str, admin_email: str | None, passphrase: str | None
) -> Initialised:
    """Make database, secret, root key, signing key, keyset and administrator, unless they exist.

    Of several processes that do so at once, one makes everything and the others find it made. The root's
    private half is written to DATA_DIR/root-key.pem, encrypted; a passphrase is made up where none is given.
    Raises ConfigError where key files are in the way.
    """
    migrate(runtime.database)
    made_up = None
    if passphrase is None:
        passphrase = made_up = make_passphrase()
    with runtime.database.writing() as session:
        keys.lock_all(session)
        if session.scalar(select(func.count()).select_from(Root)):
            return Initialised(False, _root(session), None)
        _create(runtime, session, now, actor, passphrase)
        one_time_password = None
        if admin_email is not None:
            admitted = people.add(runtime, admin_email, Role.ADMINISTRATOR, now=now, actor=actor)
            one_time_password = admitted.secret
        return Initialised(True, _root(session), made_up, one_time_password)


def _create(runtime: Runtime, session: Session, now: datetime, actor: str, passphrase: str) -> None:
    config = runtime.config
    timezone = config.timezone.key if config.timezone is not None else DEFAULT_TIMEZONE
    session.add(Setting(name="timezone", value=timezone))
    if not config.secret_key_file.exists():
        SecretKeys.create(config.secret_key_file)
    root, signing_key = PrivateKey.generate(), key_files.first_signing_key(config.signing_key_file)
    key_files.keep_aside(config.root_key_file)
    write_private(config.root_key_file, root.pem(passphrase))
    session.add(Root(version=1, jwk=json.dumps(root.jwk), created_at=now))
    session.flush()
    keys.publish(runtime, session, root, signing_key, now=now)
    audit.record(
        runtime,
        session,
        now=now,
        actor=actor,
        action="deployment_initialised",
        subject="deployment",
        after={"root": root.kid, "signing": signing_key.kid, "timezone": timezone},
    )


def _root(session: Session) -> Jwk:
    row = session.scalars(select(Root).order_by(Root.version.desc()).limit(1)).one()
    jwk: Jwk = json.loads(row.jwk)
    return jwk
