"""The server of a simulated city: real gunicorn processes, a deployment set up for it, the clock in our hand."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil
import psycopg

from benchmarks.city.memory import largest_worker
from benchmarks.city.served import CLOCK_FILE, SharedClock
from examples.local_server import answers
from licence_server.config import load
from licence_server.services import initialisation
from licence_server.services.runtime import Runtime, open_runtime


@dataclass
class CityServer:
    """One deployment; `start` and `stop` as often as the plan has it."""

    directory: Path
    database_url: str
    port: int
    workers: int = 2
    started: float = 0.0
    processor_seconds: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.clock = SharedClock(self.directory / "clock")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        return {
            "LICENCE_SERVER_DATABASE_URL": self.database_url,
            "LICENCE_SERVER_DATA_DIR": str(self.directory / "data"),
            "LICENCE_SERVER_PUBLIC_URL": self.url,
        }

    def open(self, now: datetime) -> Runtime:
        """Make the deployment, and open it for the team's acts in this process."""
        runtime = open_runtime(load(self.environ, self.directory))
        initialisation.initialise(runtime, now=now, actor="city", admin_email=None, passphrase="a city of paper")
        return runtime

    def start(self) -> None:
        """Serve, and wait until it answers."""
        command = [sys.executable, "-m", "gunicorn", "--workers", str(self.workers), "--threads", "8"]
        command += [
            "--bind",
            f"127.0.0.1:{self.port}",
            "--keep-alive",
            "75",
            "--log-level",
            "error",
            "--no-control-socket",
        ]
        command += ["benchmarks.city.served:application()"]
        environ = {**os.environ, **self.environ, CLOCK_FILE: str(self.directory / "clock")}
        with (self.directory / "city.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 60
        while not answers(f"127.0.0.1:{self.port}"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.directory / "city.log").read_text())
            time.sleep(0.05)
        self.started = time.monotonic()

    def stop(self) -> None:
        """End it in an orderly way."""
        if self.process is not None:
            self.processor_seconds += self._spent()
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
            self.process = None

    def resident_bytes(self) -> int:
        """The largest worker."""
        assert self.process is not None
        return largest_worker(self.process.pid)

    def database_bytes(self) -> int:
        """What the database takes on the disk."""
        if self.database_url.startswith("sqlite:"):
            path = Path(self.database_url.removeprefix("sqlite:///"))
            return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert row is not None
        return int(row[0])

    def _workers(self) -> list[psutil.Process]:
        assert self.process is not None
        return list(psutil.Process(self.process.pid).children())

    def _spent(self) -> float:
        """What the workers have had of the processors."""
        return sum(sum(worker.cpu_times()[:2]) for worker in self._workers())
