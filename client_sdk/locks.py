"""A lock between processes, held on an open file; the system frees it when its holder dies.

* Unix: flock, which belongs to one opening of the file, so that two clients in one process exclude each
  other too. (POSIX record locks would let them through, and vanish when any handle closes.)
* Windows: one byte far behind the content, for locked bytes cannot be read by others there.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from client_sdk.errors import Busy

PATIENCE = 10.0
_PAUSE = 0.005

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30

    def try_lock(handle: int) -> bool:
        """Take the lock if it is free."""
        place = os.lseek(handle, 0, os.SEEK_CUR)
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, place, os.SEEK_SET)
        return True

else:
    import fcntl

    def try_lock(handle: int) -> bool:
        """Take the lock if it is free. Raises OSError where the file system knows no locks."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.contextmanager
def held(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock on a file, which is made. patience: seconds. Raises Busy, OSError."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + patience
        while not try_lock(handle):
            if time.monotonic() > deadline:
                raise Busy(f"{path.name} is held by another process")
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)
