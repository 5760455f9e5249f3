"""The highest time ever reckoned, kept between syncs.

* It counts only for the sync it was reckoned after: each sync learns the time anew, and a mark left by a
  clock that was wrong by years is void from then on.
* It is written at most once an hour and without a flush: a mark lost to a power cut weakens nothing but
  itself, and check() must stay quick. A disk that fails is no concern of check() either.
"""

import os
from contextlib import suppress
from pathlib import Path

NAME = "highest-time"
_STEP = 3600.0


class HighestTime:
    """The mark in one directory."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME
        self._since = -1
        self._highest = 0.0
        self._written = 0.0

    def get(self, since: int) -> float:
        """The highest time noted since the answer with this number; 0 if none was."""
        if since != self._since:
            self._since, self._highest = since, self._read(since)
            self._written = self._highest
        return self._highest

    def note(self, now: float, since: int) -> None:
        """Remember `now` if it is the highest yet."""
        if now <= self.get(since):
            return
        self._highest = now
        if now >= self._written + _STEP:
            self._written = now
            self._write(f"{since} {now!r}".encode())

    def _read(self, since: int) -> float:
        with suppress(OSError, ValueError):
            sync, highest = self._path.read_text("ascii").split()
            if sync == str(since):
                return float(highest)
        return 0.0

    def _write(self, data: bytes) -> None:
        beside = self._path.with_name(f".{NAME}.{os.getpid()}.tmp")
        with suppress(OSError):
            beside.write_bytes(data)
            os.replace(beside, self._path)
