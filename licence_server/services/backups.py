"""Back a deployment up into one sealed file, and restore one from it.

* A backup is one moment of the database, the signing keys and the secrets; never the root key.
* Counters of failed activations and their salts are left out: they are to be forgotten within the hour.
* The entry `backup_made` comes first, so the head that is handed out is the head inside the backup, and a
  restored deployment goes on from exactly there.
* A restore is checked wholly before it begins and is one transaction. One that was interrupted leaves an
  empty schema, at most with key files beside it, and can be run again.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

from licence_server.domain.audit_chain import Head
from licence_server.domain.errors import Refused
from licence_server.migrate import newest_revision
from licence_server.models import (
    BackOff,
    BulkJob,
    BulkPart,
    ItemMonth,
    ItemOverall,
    PersonSession,
    RateLimit,
    RateSalt,
    ReceiptMonth,
    Submission,
    UsageMonth,
)
from licence_server.services import audit
from licence_server.services.dumps import FORMAT, KeyFile, Manifest, dump
from licence_server.services.runtime import Runtime
from licence_server.services.sealed_files import seal

# What is of the moment; and sums that the totals by day bring back.
LEFT_OUT = tuple(
    model.__tablename__
    for model in (
        *(BackOff, BulkJob, BulkPart, PersonSession, RateLimit, RateSalt, Submission),
        *(ItemMonth, ItemOverall, ReceiptMonth, UsageMonth),
    )
)
SECRETS, SIGNING_KEYS = "secret-key", "signing-keys"


@dataclass(frozen=True)
class BackedUp:
    """head: of the audit log inside the backup. size: of the file, in bytes."""

    head: Head
    size: int


def back_up(runtime: Runtime, path: Path, *, passphrase: str, now: datetime, actor: str) -> BackedUp:
    """Write a backup, wholly or not at all. Raises Refused where the file exists."""
    files = key_files(runtime)
    with _new_file(path) as file:
        with runtime.database.writing() as session:
            audit.record(runtime, session, now=now, actor=actor, action="backup_made", subject="deployment")
        with runtime.database.snapshot() as session:
            head = audit.head(session)
            manifest = Manifest(
                format=FORMAT,
                release=version("licence-server"),
                revision=newest_revision(),
                made_at=now,
                head=str(head),
                public_url=runtime.config.public_url,
                timezone=runtime.timezone.key,
            )
            contents = [KeyFile(name, place.read_bytes()) for name, place in files.items()]
            seal(dump(session, manifest, contents, LEFT_OUT), file, passphrase)
        size = file.tell()
    return BackedUp(head, size)


def key_files(runtime: Runtime) -> dict[str, Path]:
    """The files a backup holds, by the names it gives them."""
    return {SECRETS: runtime.config.secret_key_file, SIGNING_KEYS: runtime.config.signing_key_file}


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name once the block has ended well, readable by its owner alone."""
    if path.exists():
        raise _exists(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _appear(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _appear(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        raise _exists(path) from None
    except OSError:
        # A stick's file system may know no links.
        if path.exists():
            raise _exists(path) from None
        draft.rename(path)


def _exists(path: Path) -> Refused:
    return Refused("backup_exists", f"{path} exists; a backup is not put over it.")
