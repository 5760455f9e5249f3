"""Who gives the commands, and on which deployment."""

import getpass
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from licence_server.config import Config, load
from licence_server.domain.errors import ConfigError, Refused
from licence_server.migrate import current_revision, newest_revision
from licence_server.services.runtime import Runtime, open_runtime


class Operator:
    """The settings, the deployment and the moment of one command, each looked up when it is needed."""

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        directory: Path | None = None,
        now: datetime | None = None,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._directory = directory
        self.now = now or datetime.now(UTC)
        self.actor = f"cli:{_user()}"

    @cached_property
    def config(self) -> Config:
        """Raises ConfigError."""
        try:
            return load(self._environ, self._directory or Path.cwd())
        except UnicodeDecodeError:
            raise ConfigError("The file .env is not UTF-8.") from None

    @cached_property
    def opened(self) -> Runtime:
        """The deployment, whatever the state of its database. Raises ConfigError."""
        return open_runtime(self.config)

    @property
    def runtime(self) -> Runtime:
        """The deployment, its schema being the one this release needs. Raises Refused, Unavailable."""
        return self._current

    def close(self) -> None:
        if "opened" in vars(self):
            self.opened.database.close()

    @cached_property
    def _current(self) -> Runtime:
        revision = current_revision(self.opened.database)
        if revision is None:
            raise Refused("not_initialised", "There is no database here yet: run `licence-server init`.")
        if revision != newest_revision():
            raise Refused(
                "database_outdated",
                f"The database is at revision {revision}, this release needs {newest_revision()}: "
                "run `licence-server migrate` with the newer of the two.",
            )
        return self.opened


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
