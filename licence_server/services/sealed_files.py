"""Files sealed under a passphrase, in the age format (https://c2sp.org/age), of any size.

* `age -d FILE` opens them too. Written here because pyrage seals under a passphrase only what fits into
  memory, makes the work of opening depend on how busy the sealing machine was, and then refuses to open on
  a slower one. The tests hold this against pyrage both ways.
* The passphrase becomes a key by scrypt at age's own usual cost, 2^18: about a second, and 256 MiB.
* The content is a STREAM of ChaCha20-Poly1305 chunks: every piece that comes out is authentic, and a file
  that was cut off has no last chunk.
"""

import hmac
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from licence_server.domain.errors import Refused

COST = 18
_MOST_COST = 22
_CHUNK = 2**16
_TAG = 16
_NONCE = 16
_NO_NONCE = bytes(12)
_MAX_HEAD = 512

# One stanza, the only one a file under a passphrase may have: salt, cost, wrapped key; then the header's MAC.
_HEAD = re.compile(
    rb"(age-encryption\.org/v1\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n---) "
    rb"([A-Za-z0-9+/]{43})\n"
)


def seal(pieces: Iterable[bytes], file: IO[bytes], passphrase: str) -> None:
    """Write pieces, sealed, to a file."""
    key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(_NONCE)
    wrapped = ChaCha20Poly1305(_stretched(passphrase, salt, COST)).encrypt(_NO_NONCE, key, None)
    head = b"age-encryption.org/v1\n-> scrypt %s %d\n%s\n---" % (_written(salt), COST, _written(wrapped))
    file.write(head + b" " + _written(_mac(key, head)) + b"\n" + nonce)
    cipher = _cipher(key, nonce)
    for number, (chunk, last) in enumerate(_marked(_chunks(pieces))):
        file.write(cipher.encrypt(_counter(number, last), chunk, None))


def unseal(path: Path, passphrase: str) -> "SealedFile":
    """Open a file. Raises Refused where it is none of ours, or the passphrase is wrong."""
    with path.open("rb") as file:
        match = _HEAD.match(file.read(_MAX_HEAD))
    if match is None or int(match[3]) > _MOST_COST:
        raise Refused("backup_unknown", f"{path.name} is not a backup under a passphrase.")
    head, salt, wrapped = match[1], _read(match[2]), _read(match[4])
    try:
        key = ChaCha20Poly1305(_stretched(passphrase, salt, int(match[3]))).decrypt(_NO_NONCE, wrapped, None)
    except InvalidTag:
        raise Refused("passphrase_wrong", f"The passphrase does not open {path.name}.") from None
    if not hmac.compare_digest(_written(_mac(key, head)), match[5]):
        raise damaged(path)
    return SealedFile(path, match.end(), key)


@dataclass(frozen=True)
class SealedFile:
    """A file whose passphrase was right. start: where its content begins."""

    path: Path
    start: int
    key: bytes

    def pieces(self) -> Iterator[bytes]:
        """The content. Each piece is authentic; the whole is once the last has come.

        Raises Refused where the file was damaged or cut off.
        """
        with self.path.open("rb") as file:
            file.seek(self.start)
            cipher = _cipher(self.key, file.read(_NONCE))
            sealed = iter(lambda: file.read(_CHUNK + _TAG), b"")
            number = -1
            for number, (chunk, last) in enumerate(_marked(sealed)):
                try:
                    yield cipher.decrypt(_counter(number, last), chunk, None)
                except InvalidTag:
                    raise damaged(self.path) from None
            if number < 0:
                raise damaged(self.path)


def damaged(path: Path) -> Refused:
    """What is said of a file that was sealed by us and is no longer whole."""
    return Refused("backup_damaged", f"{path.name} is damaged or cut off; nothing was restored from it.")


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in chunks of one size, the last one shorter; of nothing, one empty chunk."""
    pending, some = bytearray(), False
    for piece in pieces:
        pending += piece
        while len(pending) >= _CHUNK:
            yield bytes(pending[:_CHUNK])
            del pending[:_CHUNK]
            some = True
    if pending or not some:
        yield bytes(pending)


def _marked(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Chunks, each with whether it is the last."""
    chunk = next(chunks, None)
    while chunk is not None:
        following = next(chunks, None)
        yield chunk, following is None
        chunk = following


def _counter(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _stretched(passphrase: str, salt: bytes, cost: int) -> bytes:
    label = b"age-encryption.org/v1/scrypt"
    return Scrypt(salt=label + salt, length=32, n=2**cost, r=8, p=1).derive(passphrase.encode())


def _mac(key: bytes, head: bytes) -> bytes:
    return hmac.digest(HKDF(SHA256(), 32, salt=b"", info=b"header").derive(key), head, "sha256")


def _cipher(key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=nonce, info=b"payload").derive(key))


def _written(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _read(text: bytes) -> bytes:
    return b64decode(text + b"=" * (-len(text) % 4))
