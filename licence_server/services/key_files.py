"""The files that signing keys and the root key lie in: never written over, replaced in one step where they grow."""

import os
from pathlib import Path

from licence_server.private_keys import PrivateKey, read_signing_keys
from licence_server.secret_keys import write_private


def first_signing_key(path: Path) -> PrivateKey:
    """The newest key of a file that was brought along, or a new one, written there."""
    if path.exists():
        return read_signing_keys(path)[-1]
    key = PrivateKey.generate()
    write_private(path, key.pem())
    return key


def keep_aside(path: Path) -> None:
    """Move a file that an interrupted `init` left behind out of the way."""
    if path.exists():
        path.rename(path.with_suffix(f".unused-{os.getpid()}"))


def append_signing_key(path: Path, key: PrivateKey) -> None:
    """The file with one more key, replaced in one step; where it was lost, one with the new key alone."""
    draft = path.with_name(f".{path.name}.{key.kid[:8]}")
    write_private(draft, (path.read_bytes() if path.exists() else b"") + key.pem())
    draft.replace(path)
