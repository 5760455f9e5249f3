"""A real server: `licence-server` in processes of its own, gunicorn and all."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from examples.local_server import answers, free_port
from licence_server.config import load
from licence_server.services import initialisation
from licence_server.services.runtime import open_runtime
from tests.support.nursery import Raised

COMMAND = str(Path(sys.executable).with_name("licence-server"))
PASSPHRASE = "correct horse battery staple"


@dataclass
class Server:
    """One data directory, its command line, and the server process while it runs.

    settings: more of them, without their prefix. installed: whether a process is the installed command from its
    first import on, rather than forked from one that has done them.
    """

    directory: Path
    database_url: str
    port: int
    workers: int = 2
    installed: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | Raised | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("LICENCE_SERVER_")},
            "LICENCE_SERVER_DATABASE_URL": self.database_url,
            "LICENCE_SERVER_DATA_DIR": str(self.directory / "data"),
            "LICENCE_SERVER_BIND": f"127.0.0.1:{self.port}",
            "LICENCE_SERVER_WORKERS": str(self.workers),
            **{f"LICENCE_SERVER_{name}": value for name, value in self.settings.items()},
            # What a killed server leaves behind goes with the test.
            "TMPDIR": str(self.directory),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command line, whatever it exits with."""
        with tempfile.TemporaryDirectory(dir=self.directory) as folder:
            stdout, stderr = Path(folder, "stdout"), Path(folder, "stderr")
            status = self.begin(arguments, stdout, stderr).wait(120)
            return subprocess.CompletedProcess(arguments, status, stdout.read_text(), stderr.read_text())

    def json(self, *arguments: str) -> Any:
        """What a command prints with --json; it must succeed."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def init(self) -> None:
        """As the command does, without the second that a process takes; what a process does the command's tests see."""
        runtime = open_runtime(load(self.environ, self.directory))
        initialisation.initialise(runtime, now=datetime.now(UTC), actor="test", admin_email=None, passphrase=PASSPHRASE)
        runtime.database.close()

    def start(self) -> None:
        """Start serving, and wait until it answers."""
        log = self.directory / "server.log"
        log.touch()
        self.process = self.begin(("serve",), log, log)
        self.await_answers(self.process, log)

    def await_answers(self, process: subprocess.Popen[bytes] | Raised, log: Path) -> None:
        """Wait until it answers, in a process that writes to a log."""
        deadline = time.monotonic() + 30
        while not answers(f"127.0.0.1:{self.port}"):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, "the server did not come up"
            time.sleep(0.02)

    def worker_processes(self) -> list[psutil.Process]:
        """The workers that are under way."""
        assert self.process is not None
        return list(psutil.Process(self.process.pid).children())

    def stop(self) -> None:
        """End it in an orderly way."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
            self.process = None

    def kill(self) -> None:
        """kill -9, the whole process group."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        self.process = None

    def begin(self, arguments: tuple[str, ...], stdout: Path, stderr: Path) -> subprocess.Popen[bytes] | Raised:
        """The command line, in a process that is not waited for."""
        if not self.installed:
            return Raised(arguments, self.environ, self.directory, stdout, stderr)
        with stdout.open("ab") as out, stderr.open("ab") as err:
            return subprocess.Popen(
                [COMMAND, *arguments],
                env=self.environ,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )


@contextmanager
def running(directory: Path, database_url: str, workers: int = 2) -> Iterator[Server]:
    """An initialised server, up and answering."""
    server = Server(directory, database_url, free_port(), workers)
    server.init()
    server.start()
    try:
        yield server
    finally:
        server.stop()
