"""The outbox: the durable queue of reports the server has not acknowledged.

* One file a report, named `<seq>-<id>.json`, replaced whole. Read, send, acknowledged, then deleted.
* `seq` counts up from 1: one more than the highest ever used, which is the highest of the files here, of
  those set aside, and of `last-seq`, written before anything is removed.
* Every call is made under the state lock. A live session's journal becomes a report under that lock, and a
  batch is read only after every leftover journal has: no report can be acknowledged and deleted while the
  journal it was made from still lies there to be reported anew.
* What the server will not count (`rejected`) or not read (`refused`) moves to `aside/`, with the reason.
* Where nothing can be written, reports queue in memory, and move to the disk when that works again.
"""

import json
from collections.abc import Iterable, Set
from contextlib import suppress
from pathlib import Path
from typing import Any

from client_sdk import entry as entries
from client_sdk import files, journal
from client_sdk.entry import Entry
from client_sdk.errors import Damaged
from client_sdk.journal import Journal
from client_sdk.report import Report

MAX_REPORTS = 500
ASIDE = "aside"
LAST_SEQ = "last-seq"


class Outbox:
    """The outbox of one installation, in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._memory: list[Entry] = []
        self._memory_aside: list[dict[str, Any]] = []
        self._memory_seq = 0

    @property
    def in_memory(self) -> bool:
        """Whether a report lies in memory alone."""
        return bool(self._memory)

    def add(self, report: Report, clock: float | None, live: Journal | None = None) -> None:
        """Queue a report; on the disk when this returns, or in memory."""
        self.hold(report, clock, live)
        self.settle()

    def hold(self, report: Report, clock: float | None, live: Journal | None = None) -> None:
        """Queue a report in memory, for want of the lock; it gets its number once that is there."""
        self._memory.append(Entry(0, report, clock, live))

    def settle(self) -> None:
        """Bring what lies in memory to the disk, as far as it goes."""
        while self._memory:
            entry = self._number(0)
            try:
                self.directory.mkdir(parents=True, exist_ok=True)
                entries.write(entry, self.directory)
            except OSError:
                return
            del self._memory[0]
            if entry.live is not None:
                entry.live.discard()

    def recover(self) -> None:
        """Queue every abandoned session."""
        self.settle()
        with suppress(OSError):
            files.sweep(self.directory)
        queued = {name.partition("-")[2].removesuffix(".json") for name in self._names()}
        for path in journal.abandoned(self.directory):
            with suppress(OSError):
                self._recover(path, queued)

    def adopt(self, other: "Outbox") -> None:
        """Take over what another outbox holds, under numbers of this one."""
        other.recover()
        queued = {entry.id for entry in self._entries()}
        for entry in other._entries():
            if entry.id not in queued:
                self.add(entry.report, entry.clock, entry.live)
                if self._memory and not other._is_in_memory(entry):
                    self._memory.pop()
                    return  # No room here: it stays where it is safe.
            other.acknowledge([entry._replace(live=None)])

    def batch(self, most: int, max_bytes: int, without: Set[str] = frozenset()) -> list[Entry]:
        """The oldest reports, at most `most` and `max_bytes` of JSON, all timed by one clock; at least one.

        without: ids to pass over.
        """
        chosen: list[Entry] = []
        size = 0
        for entry in self._entries():
            if entry.id in without:
                continue
            size += len(json.dumps(entry.report)) + 2
            if chosen and (len(chosen) >= most or size > max_bytes or entry.clock != chosen[0].clock):
                break
            chosen.append(entry)
        return chosen

    def acknowledge(self, answered: Iterable[Entry]) -> None:
        """Delete what the server has answered for."""
        leaving = sorted(answered, key=lambda entry: entry.seq)
        if leaving and not self._remember_seq():
            # The file that stays behind remembers the number instead; sent again, it is a duplicate.
            last = self._last_seq()
            leaving = [entry for entry in leaving if entry.seq != last or self._is_in_memory(entry)]
        for entry in leaving:
            self._memory = [one for one in self._memory if one.id != entry.id]
            with suppress(OSError):
                (self.directory / entry.name).unlink(missing_ok=True)
            if entry.live is not None:
                entry.live.discard()

    def set_aside(self, refused: Iterable[Entry], kind: str, code: str, detail: str) -> None:
        """Move reports to `aside/`, with the reason. kind: `rejected` or `refused`."""
        for entry in refused:
            note = {"kind": kind, "code": code, "detail": detail, "clock": entry.clock, "report": entry.report}
            try:
                (self.directory / ASIDE).mkdir(parents=True, exist_ok=True)
                files.replace_durably(self.directory / ASIDE / entry.name, json.dumps(note).encode())
            except OSError:
                if not self._is_in_memory(entry):
                    continue  # It stays in the queue: nothing is deleted that lies nowhere else.
                self._memory_aside.append(note)
            self.acknowledge([entry])

    def count(self) -> int:
        """Reports queued."""
        return len(self._names()) + len(self._memory)

    def aside(self) -> list[dict[str, Any]]:
        """The notes of what was set aside, oldest first."""
        notes = []
        for path in sorted((self.directory / ASIDE).glob("*.json")):
            with suppress(OSError, ValueError):
                notes.append(json.loads(path.read_bytes()))
        return notes + self._memory_aside

    def _entries(self) -> list[Entry]:
        found = []
        for name in self._names():
            with suppress(OSError):
                try:
                    found.append(entries.read(self.directory / name))
                except Damaged:
                    files.set_aside(self.directory / name)
        for at in range(len(self._memory)):
            found.append(self._number(at))
        return found

    def _number(self, at: int) -> Entry:
        """An entry in memory, with a number of its own from now on."""
        entry = self._memory[at]
        if not entry.seq:
            seq = self._last_seq() + 1
            entry = self._memory[at] = entry._replace(seq=seq, report=entry.report | {"seq": seq})
            self._memory_seq = seq
        return entry

    def _names(self) -> list[str]:
        return sorted(path.name for path in self.directory.glob("[0-9]*-*.json"))

    def _recover(self, path: Path, queued: set[str]) -> None:
        try:
            finished = journal.read(path)
        except Damaged:
            files.set_aside(path)
            return
        if finished is not None and str(finished.report["id"]) not in queued:
            self.add(finished.report, finished.clock)
            if self._memory:
                return  # The journal stays: it is the only copy on the disk.
        path.unlink()

    def _last_seq(self) -> int:
        names = self._names() + [path.name for path in (self.directory / ASIDE).glob("[0-9]*-*.json")]
        used = [int(name.partition("-")[0]) for name in names] + [self._memory_seq]
        with suppress(OSError, ValueError):
            used.append(int((self.directory / LAST_SEQ).read_bytes()))
        return max(used, default=0)

    def _is_in_memory(self, entry: Entry) -> bool:
        return any(one.id == entry.id for one in self._memory)

    def _remember_seq(self) -> bool:
        try:
            files.replace_durably(self.directory / LAST_SEQ, b"%d" % self._last_seq())
        except OSError:
            return False
        return True
