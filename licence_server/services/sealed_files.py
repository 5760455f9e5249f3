"""Files sealed under a passphrase, in the age format (https://age-encryption.org/v1), of any size.

age makes a key from a passphrase slowly and on purpose, and pyrage does that for whole texts alone. So a file
holds two age texts: first, armoured, a fresh X25519 identity under the passphrase; then the content for
that identity, sealed and opened as a stream. The standard tool reads it too: cut the file behind the END
line and give it the first part as identity file (`age -d -i`).

Turning the passphrase into a key takes about a second and, for that second, up to 1 GiB of memory; the size
of the content does not matter.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import pyrage  # type: ignore[import-untyped]

from licence_server.domain.errors import Refused

_BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----\n"
_END = b"-----END AGE ENCRYPTED FILE-----\n"
_MAX_HEAD = 8192


def seal(pieces: Iterable[bytes], file: IO[bytes], passphrase: str) -> None:
    """Write pieces, sealed, to a file."""
    identity = pyrage.x25519.Identity.generate()
    file.write(pyrage.passphrase.encrypt(str(identity).encode(), passphrase, armored=True))
    reader, writer = _Reader(iter(pieces)), _Writer(file.write)
    try:
        pyrage.encrypt_io(reader, writer, [identity.to_public()])
    except (pyrage.EncryptError, OSError) as error:
        raise reader.fault or writer.fault or error from None


def unseal(path: Path, passphrase: str) -> "SealedFile":
    """Open a file. Raises Refused where it is none of ours, or the passphrase is wrong."""
    with path.open("rb") as file:
        head = _head(file)
    try:
        identity = pyrage.passphrase.decrypt(head, passphrase).decode()
    except pyrage.DecryptError as error:
        raise Refused("passphrase_wrong", f"The passphrase does not open {path.name} ({error}).") from None
    except UnicodeDecodeError:
        raise _unknown() from None
    try:
        return SealedFile(path, len(head), pyrage.x25519.Identity.from_str(identity))
    except pyrage.IdentityError:
        raise _unknown() from None


class SealedFile:
    """A file whose passphrase was right."""

    def __init__(self, path: Path, start: int, identity: Any) -> None:
        self._path, self._start, self._identity = path, start, identity

    def read_into(self, take: Callable[[bytes], None]) -> None:
        """Hand the content over piece by piece. Each piece is authentic; the whole is once this returns.

        Raises Refused where the file was damaged or cut off, and whatever `take` raises.
        """
        with self._path.open("rb") as file:
            file.seek(self._start)
            writer = _Writer(take)
            try:
                pyrage.decrypt_io(file, writer, [self._identity])
            except (pyrage.DecryptError, OSError) as error:
                raise writer.fault or damaged(self._path) from error


def damaged(path: Path) -> Refused:
    """What is said of a file that was sealed by us and is no longer whole."""
    return Refused("backup_damaged", f"{path.name} is damaged or cut off; nothing was restored from it.")


def _head(file: IO[bytes]) -> bytes:
    head = file.read(len(_BEGIN))
    while head.startswith(_BEGIN) and not head.endswith(_END) and len(head) < _MAX_HEAD:
        line = file.readline(_MAX_HEAD)
        head += line
        if not line:
            break
    if not head.endswith(_END):
        raise _unknown()
    return head


def _unknown() -> Refused:
    return Refused("backup_unknown", "This file is not a backup of this software.")


class _Reader:
    """What pyrage reads from. fault: what went wrong in getting the pieces, which pyrage would disguise."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, io.BytesIO()
        self.fault: Exception | None = None

    def read(self, size: int) -> bytes:
        try:
            while not (found := self._rest.read(size)):
                piece = next(self._pieces, None)
                if piece is None:
                    return b""
                self._rest = io.BytesIO(piece)
        except Exception as error:
            self.fault = error
            raise
        return found


class _Writer:
    """What pyrage writes to. fault: what went wrong in taking the pieces."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take
        self.fault: Exception | None = None

    def write(self, piece: bytes) -> int:
        try:
            self._take(bytes(piece))
        except Exception as error:
            self.fault = error
            raise
        return len(piece)

    def flush(self) -> None:
        """There is nothing to flush."""
