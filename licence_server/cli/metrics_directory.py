"""Where the workers of one server leave their numbers for `/metrics`: a private directory for each run.

A server that is killed cannot tidy up, so each holds a lock on its directory, and a server that starts
removes those that nobody holds.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

_PREFIX = "licence-server-metrics-"
_LOCK = "lock"
# A directory this young may belong to a server that is about to lock it.
_SECONDS = 60


@contextmanager
def metrics_directory() -> Iterator[None]:
    """A fresh directory, named in the environment while the block runs, removed by the process that made it."""
    _remove_abandoned()
    directory, owner = Path(tempfile.mkdtemp(prefix=_PREFIX)), os.getpid()
    os.environ[VARIABLE] = str(directory)
    with (directory / _LOCK).open("wb") as lock:
        # Workers inherit the lock, so it is held while any of them lives.
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            # Workers come by here too, on their way out.
            if os.getpid() == owner:
                shutil.rmtree(directory, ignore_errors=True)


def _remove_abandoned() -> None:
    for directory in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError), (directory / _LOCK).open("rb") as lock:
            status = os.fstat(lock.fileno())
            if status.st_uid == os.getuid() and time.time() - status.st_mtime > _SECONDS:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(directory, ignore_errors=True)
