"""The hash chain of the audit log.

* Entry n's hash covers its own content and the hash of entry n-1, so no entry can be edited, removed or
  moved without breaking every later one. The first follows 32 zero bytes.
* What is hashed is the canonical JSON of the entry: keys sorted, no white space, times in UTC with
  microseconds.
* A head is written `N:HASH`. With one noted earlier, a tail that was cut off is found too.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from licence_server.domain.errors import Invalid

GENESIS = bytes(32)


@dataclass(frozen=True)
class Entry:
    """The content of an entry; before and after are canonical JSON text or None."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    reason: str | None
    before: str | None
    after: str | None

    def hash_after(self, previous: bytes) -> bytes:
        """The hash of this entry behind one with the hash `previous`."""
        content = {**vars(self), "at": self.at.astimezone(UTC).isoformat(timespec="microseconds")}
        return sha256(previous + canonical(content).encode()).digest()


@dataclass(frozen=True)
class Head:
    """Where a chain ends: how many entries, and the hash of the last."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """The head in `N:HASH`. Raises Invalid."""
        match = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text.strip().lower())
        if match is None:
            raise Invalid("head_invalid", "A head is written N:HASH with 64 hexadecimal digits.")
        return cls(int(match[1]), bytes.fromhex(match[2]))


def canonical(content: object) -> str:
    """JSON with sorted keys and no white space."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
