"""PgBouncer, from the distribution: many connections of application servers, few of the database.

From 1.21 it follows prepared statements, so that transactions can share connections (`pool_mode =
transaction`). An older one gives a connection to a client for as long as it stays (`session`).
"""

import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from examples.cluster.postgresql import USER, Postgresql

_PATIENCE = 30.0


@dataclass
class Pooler:
    """One PgBouncer in front of one server."""

    folder: Path
    behind: Postgresql
    port: int = 6432
    process: subprocess.Popen[bytes] | None = None

    def address(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}&port={self.port}"

    def point_to(self, server: Postgresql) -> None:
        """Send connections to another server from now on: after a failover."""
        self.behind = server
        self._configure()
        if self.process is not None:
            self.process.send_signal(signal.SIGHUP)

    def start(self) -> None:
        """Start, and wait until it passes a query on."""
        self._configure()
        with (self.folder / "pooler.log").open("ab") as log:
            self.process = subprocess.Popen(
                [program(), str(self.folder / "pooler.ini")], user=USER, stdout=log, stderr=log, cwd=self.folder
            )
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(_PATIENCE)
            self.process = None

    def _configure(self) -> None:
        shares = version() >= (1, 21)
        lines = [
            "[databases]",
            f"* = host={self.behind.socket} port={self.behind.port}",
            "[pgbouncer]",
            "listen_addr =",
            f"listen_port = {self.port}",
            f"unix_socket_dir = {self.folder}",
            "auth_type = any",
            "default_pool_size = 40",
            "max_client_conn = 400",
            f"pool_mode = {'transaction' if shares else 'session'}",
            *(["max_prepared_statements = 200"] if shares else []),
            "ignore_startup_parameters = extra_float_digits",
        ]
        # `any` lets everybody in as one user: this socket is for this machine alone.
        lines[1] += " user=postgres"
        (self.folder / "pooler.ini").write_text("\n".join(lines) + "\n")


def program() -> str:
    """Where it is. Raises FileNotFoundError with what to do."""
    found = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin:/usr/local/sbin")
    if found is None:
        raise FileNotFoundError("PgBouncer is missing: install the package pgbouncer")
    return found


def version() -> tuple[int, int]:
    """Major and minor."""
    said = subprocess.run([program(), "--version"], capture_output=True, text=True, check=True).stdout
    numbers = re.search(r"(\d+)\.(\d+)", said)
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
