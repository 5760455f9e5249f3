"""Files that survive a crash at any instant.

* A file is replaced whole: written beside its place, flushed to the disk, renamed, the directory flushed.
* A line is appended and flushed before the call returns; a reader ignores a last line without its end.
* What cannot be read is set aside under another name, never deleted.
"""

import contextlib
import itertools
import os
import time
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)
_MARK = ".tmp"
_PRIVATE = 0o600
_unique = itertools.count()


def replace_durably(path: Path, data: bytes) -> None:
    """Write the whole file, or leave the old one. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{next(_unique)}{_MARK}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, _PRIVATE)
        try:
            write_all(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
        _rename(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    flush_directory(path.parent)


def write_all(handle: int, data: bytes) -> None:
    """Write every byte: os.write may take fewer. Raises OSError."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def open_for_lines(path: Path) -> int:
    """A handle on a new file that lines are appended to. Raises OSError, also if it exists."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | _BINARY, _PRIVATE)


def append_durably(handle: int, line: bytes) -> None:
    """Append one line, on the disk when this returns. Raises OSError."""
    write_all(handle, line + b"\n")
    os.fsync(handle)


def flush_directory(directory: Path) -> None:
    """Make renames and removals in a directory last. Raises OSError."""
    if os.name == "nt":
        return  # Windows has no handle on a directory to flush; NTFS journals the rename itself.
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def set_aside(path: Path) -> Path | None:
    """Give an unreadable file another name beside it; None where even that fails."""
    for number in itertools.count(1):
        aside = path.with_name(f"{path.name}.damaged-{number}")
        if aside.exists():
            continue
        try:
            _rename(path, aside)
        except OSError:
            return None
        return aside
    return None


def sweep(directory: Path) -> None:
    """Remove what a crash left half written. Only for the holder of the lock that covers every writer."""
    for entry in os.scandir(directory):
        if entry.name.endswith(_MARK):
            with contextlib.suppress(OSError):
                os.unlink(entry.path)


def _rename(source: Path, target: Path) -> None:
    # On Windows a reader of the target makes the rename fail for the moment it reads.
    for pause in (0.01, 0.05, 0.2):
        try:
            os.replace(source, target)
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(pause)
        else:
            return
    os.replace(source, target)
