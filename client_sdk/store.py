"""What is kept on the disk: the saved state, the outbox of each installation, the highest time.

* Every change is made under one lock between processes, on the newest state, and replaces the file whole.
* A directory that cannot be written degrades to memory: everything works until the process ends, and
  `in_memory` says so. The disk is tried again at every change.
* A state file that is damaged is set aside, visibly. The installation keeps its id if an outbox still bears
  it: activating again then takes the same seat, and its reports are not lost.
* A state file that exists but cannot be read is never overwritten.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from client_sdk import files, locks, saved
from client_sdk.errors import Busy, Damaged
from client_sdk.marks import HighestTime
from client_sdk.outbox import Outbox
from client_sdk.saved import Saved

STATE = "state.json"
LOCK = "lock"
OUTBOX = "outbox"

Signature = tuple[int, int, int]


class Store:
    """The state of one kit in one directory. make_id: makes an installation id."""

    def __init__(self, directory: Path, make_id: Callable[[], str]) -> None:
        self.directory = directory
        self.highest_time = HighestTime(directory)
        self._make_id = make_id
        self._threads = threading.RLock()
        self._depth = 0
        self._saved: Saved | None = None
        self._signature: Signature | None = None
        self._unsaved = False
        self._unwritable = False
        self._outboxes: dict[str, Outbox] = {}
        with self.locked():
            pass

    @property
    def in_memory(self) -> bool:
        """Whether something would be lost if the process ended now, or cannot be written."""
        return self._unwritable or self._unsaved or any(outbox.in_memory for outbox in self._outboxes.values())

    @property
    def has_disk(self) -> bool:
        """Whether the directory could be locked and written when last tried."""
        return not self._unwritable

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Hold the lock; where the disk gives none, only this process' threads exclude each other.

        Yields whether no other process can interfere.
        """
        with self._threads, ExitStack() as stack:
            if not self._depth:
                self._owned = self._lock(stack)
            self._depth += 1
            try:
                yield self._owned
            finally:
                self._depth -= 1

    @contextmanager
    def syncing(self, patience: float) -> Iterator[None]:
        """Hold the lock of those who talk to the server, so that answers are not taken out of order.

        Raises Busy.
        """
        with ExitStack() as stack:
            with suppress(OSError):
                stack.enter_context(locks.held(self.directory / "sync.lock", patience))
            yield

    def load(self) -> Saved:
        """The newest state."""
        signature = self._sign()
        if self._saved is None or (signature not in (self._signature, None) and not self._unsaved):
            with self.locked():
                self._saved, was_read = self._read()
                self._signature = self._sign() if was_read else None
        return self._saved

    def update(self, change: Callable[[Saved], Saved]) -> Saved:
        """Change the newest state, durably where the disk allows it."""
        with self.locked() as owned:
            before = self.load()
            after = change(before)
            if after == before and not self._unsaved and self._signature is not None:
                return before
            self._saved = after
            self._unsaved = not (owned and self._write(after))
            return after

    def outbox(self, installation_id: str) -> Outbox:
        """The outbox of an installation."""
        if installation_id not in self._outboxes:
            self._outboxes[installation_id] = Outbox(self.directory / OUTBOX / installation_id)
        return self._outboxes[installation_id]

    def adopt_orphans(self) -> None:
        """Give reports of an installation that was never activated to the present one, under the lock.

        Two processes may each have made an id before the first state was saved, or a state was damaged.
        """
        state = self.load()
        known = {state.installation_id, *(former.installation_id for former in state.former)}
        for installation_id in self._outbox_ids() - known:
            self.outbox(state.installation_id).adopt(self.outbox(installation_id))

    def count(self) -> int:
        """Reports queued, of the present and of former installations."""
        return sum(self.outbox(installation_id).count() for installation_id in self._outbox_ids())

    def aside(self) -> list[dict[str, Any]]:
        """The notes of what was set aside."""
        return [note for installation_id in self._outbox_ids() for note in self.outbox(installation_id).aside()]

    def damaged(self) -> list[Path]:
        """Files that were set aside because nobody could read them."""
        return sorted(self.directory.rglob("*.damaged-*"))

    def _outbox_ids(self) -> set[str]:
        found = set(self._outboxes)
        with suppress(OSError):
            found |= {path.name for path in (self.directory / OUTBOX).iterdir()}
        return found

    def _lock(self, stack: ExitStack) -> bool:
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            stack.enter_context(locks.held(self.directory / LOCK))
        except OSError:
            self._unwritable = True
            return False
        except Busy:
            return False
        self._unwritable = False
        return True

    def _sign(self) -> Signature | None:
        try:
            found = (self.directory / STATE).stat()
        except (OSError, ValueError):
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _read(self) -> tuple[Saved, bool]:
        """The state, and whether it is what the file holds; else the last one known, or that of a new installation."""
        path = self.directory / STATE
        try:
            return saved.from_json(path.read_bytes()), True
        except Damaged as error:
            aside = files.set_aside(path)
            import logging  # A rare need, not worth its time at every start.

            logging.getLogger("client_sdk").warning(
                "the state of the kit is damaged (%s) and was set aside: %s", error, aside
            )
        except OSError:
            pass
        return self._saved or Saved(self._known_id() or self._make_id()), False

    def _known_id(self) -> str | None:
        with suppress(OSError):
            known = sorted((self.directory / OUTBOX).iterdir(), key=lambda path: path.stat().st_mtime)
            if known:
                return known[-1].name
        return None

    def _write(self, state: Saved) -> bool:
        path = self.directory / STATE
        if self._signature is None and self._sign() is not None:
            return False  # It exists, and could not be read.
        try:
            files.sweep(self.directory)
            files.replace_durably(path, saved.to_json(state))
        except OSError:
            self._unwritable = True
            return False
        self._signature = self._sign()
        return True
