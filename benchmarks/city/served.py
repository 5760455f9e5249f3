"""The server under a clock that the simulation moves: what gunicorn loads for it.

The moment lies in a small file that all workers map into memory. Only this entry point knows it: no
request and no setting of the real server can move its clock.
"""

import mmap
import os
import struct
from datetime import UTC, datetime
from pathlib import Path

from licence_server.app import create_app
from licence_server.config import load

CLOCK_FILE = "CITY_CLOCK_FILE"
_SIZE = 8


class SharedClock:
    """A moment shared by processes."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(b"\0" * _SIZE)
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _SIZE)

    def set(self, moment: datetime) -> None:
        self._memory[:] = struct.pack("d", moment.timestamp())

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(struct.unpack("d", self._memory[:])[0], UTC)


def application() -> object:
    """gunicorn's `benchmarks.city.served:application()`."""
    return create_app(load(os.environ, Path.cwd()), SharedClock(Path(os.environ[CLOCK_FILE])))
