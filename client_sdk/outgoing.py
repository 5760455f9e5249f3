"""What has been carried out and awaits its answer: one file each, on the disk before anything is shown.

* A message is remembered with the ids of its reports and the symbols that would confirm it, an activation
  with the moment of its export. The moment is by the PC's own clock: see incoming.py for its use.
* Forgetting one loses no report: what is not acknowledged stays queued, and counts once however often it is
  sent. So the newest few hundred are enough.
* Where nothing can be written, they are remembered until the process ends.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from client_sdk import files

MOST = 500


class Sent(NamedTuple):
    """jti: of the message, or any id for an activation, whose ids and symbols are empty. local: see above."""

    jti: str
    installation_id: str
    local: float
    ids: tuple[str, ...] = ()
    symbols: str = ""


class Outgoing:
    """Everything carried out from one state directory. Every call is made under the state lock."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "carried"
        self._memory: dict[str, Sent] = {}

    def remember(self, sent: Sent) -> None:
        """Write one down; on the disk when this returns, or in memory."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            files.sweep(self._directory)
            files.replace_durably(self._directory / f"{sent.jti}.json", json.dumps(sent._asdict()).encode())
        except OSError:
            self._memory[sent.jti] = sent
        for old in self._names()[:-MOST]:
            self.forget(old.removesuffix(".json"))

    def forget(self, jti: str) -> None:
        """It has been answered."""
        self._memory.pop(jti, None)
        with suppress(OSError):
            (self._directory / f"{jti}.json").unlink(missing_ok=True)

    def all(self) -> Iterator[Sent]:
        """Oldest first: ids are time-ordered. One that cannot be read is passed over."""
        for name in self._names():
            with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
                members = json.loads((self._directory / name).read_bytes())
                yield Sent(**members | {"ids": tuple(members["ids"])})
        yield from self._memory.values()

    def _names(self) -> list[str]:
        return sorted(path.name for path in self._directory.glob("[!.]*.json"))
