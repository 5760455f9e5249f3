"""The journal of a live session: every line is on the disk before the call that wrote it returns.

* First line: the session's id, mode, start, headcount, learner and clock. Each further line: a play or a
  corrected headcount, with the seconds since the start.
* The file's lock is held while the session lives. A journal whose lock is free was abandoned; what it holds
  is what happened.
* A last line cut short was never acknowledged to the player and is ignored.
* A headcount of an abandoned session is the last one written; its duration runs to the last line, and is
  never shorter than what was played.
"""

import contextlib
import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from client_sdk import files, locks, report
from client_sdk.errors import Damaged
from client_sdk.report import Report

PREFIX = "live-"
SUFFIX = ".jsonl"


class Finished(NamedTuple):
    """A report without its `seq`, and the clock it was timed by: see outbox.Entry."""

    report: Report
    clock: float | None


class Journal:
    """One open journal, locked. Made under the state lock, so that nobody sees it before it is locked."""

    def __init__(self, path: Path, first: dict[str, Any]) -> None:
        """Begin a journal. Raises OSError."""
        self._path = path
        self.broken = False
        self._handle: int | None = files.open_for_lines(path)
        try:
            locks.try_lock(self._handle)
            self.write(first)
            files.flush_directory(path.parent)
        except OSError:
            self.discard()
            raise

    def write(self, line: dict[str, Any]) -> None:
        """Append one line, durably. Raises OSError, and from then on writes nothing: a line may be cut short."""
        if self._handle is not None and not self.broken:
            files.append_durably(self._handle, json.dumps(line).encode())

    def discard(self) -> None:
        """Remove the file, whose content is safe elsewhere, then let go of it."""
        # Windows removes no open file; Unix must not free the lock of a file that still has its name.
        if os.name == "nt":
            self.close()
        with contextlib.suppress(OSError):
            self._path.unlink()
        self.close()

    def close(self) -> None:
        """Let go of the file: from now on it counts as abandoned."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def abandoned(directory: Path) -> list[Path]:
    """Journals whose lock is free, under the state lock."""
    found = []
    for path in sorted(directory.glob(f"{PREFIX}*{SUFFIX}")):
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDWR)
            try:
                if locks.try_lock(handle):
                    found.append(path)
            finally:
                os.close(handle)
    return found


def read(path: Path) -> Finished | None:
    """What an abandoned journal holds, None if it was never begun. Raises Damaged, OSError."""
    *whole, _cut = path.read_bytes().split(b"\n")
    if not whole:
        return None
    try:
        first, *later = [json.loads(line) for line in whole]
        return _finish(first, later)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Damaged(f"{path.name} is no journal") from error


def _finish(first: dict[str, Any], later: list[dict[str, Any]]) -> Finished:
    plays = [line["play"] for line in later if "play" in line]
    played = [report.play(one["item"], one["seconds"], one["completed"]) for one in plays]
    counts = [first["attendee_count"], *(line["attendee_count"] for line in later if "attendee_count" in line)]
    duration = max([0.0, *(float(line["after"]) for line in later), sum(one["seconds"] for one in played)])
    done = report.session(str(first["id"]), first["mode"], str(first["started_at"]), duration, int(counts[-1]), played)
    if first.get("learner") is not None:
        done["learner"] = first["learner"]
    clock = first.get("clock")
    return Finished(done, None if clock is None else float(clock))
