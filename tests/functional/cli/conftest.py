"""The command line, run in this process on a deployment whose clock can be set."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from licence_server.cli.commands import commands
from licence_server.cli.operator import Operator
from tests.support.clock import Clock
from tests.support.databases import DatabaseServer
from tests.support.deployment import KIT_ID, Deployment


@dataclass
class Shell:
    """Gives commands to one deployment, at the moment its clock shows."""

    environ: dict[str, str]
    directory: Path
    deployment: Deployment | None = None
    clock: Clock = field(default_factory=Clock)

    def run(self, *arguments: object, input: str | None = None) -> Result:
        operator = Operator(self.environ, self.directory, self.clock())
        result = CliRunner().invoke(commands, [str(argument) for argument in arguments], obj=operator, input=input)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def json(self, *arguments: object) -> Any:
        """What a command prints with --json; it must succeed."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def refused(self, code: str, *arguments: object) -> Result:
        """A command that must be refused with this code, in one line."""
        result = self.run(*arguments)
        assert result.exit_code == 1, result.output
        assert result.stderr.splitlines()[-1].startswith("Error: ")
        assert result.stderr.rstrip().endswith(f"({code})"), result.stderr
        return result

    def misused(self, *arguments: object) -> Result:
        """A command that must be turned away as wrong usage."""
        result = self.run(*arguments)
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        return result

    def write(self, name: str, content: str | bytes) -> Path:
        """A file for a command to read."""
        path = self.directory / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def granted(self, *options: object) -> dict[str, Any]:
        """A licence for an organisation and a kit, both made up."""
        organisation = self.json("organisations", "add", "Baker & Sons")["id"]
        self.run("kits", "add", KIT_ID, "Prevent", "--item", "film-1=The first film")
        licence: dict[str, Any] = self.json("licences", "grant", organisation, KIT_ID, *options)
        return licence


@pytest.fixture
def shell(deployment: Deployment) -> Shell:
    """The command line of an initialised deployment."""
    return Shell(deployment.environ, deployment.directory, deployment, deployment.clock)


@pytest.fixture
def fresh_shell(database_server: DatabaseServer, tmp_path: Path) -> Shell:
    """The command line before `init`, on an empty database."""
    return empty_shell(database_server, tmp_path)


def empty_shell(database_server: DatabaseServer, directory: Path) -> Shell:
    directory.mkdir(exist_ok=True)
    environ = {
        "LICENCE_SERVER_DATABASE_URL": database_server.empty(),
        "LICENCE_SERVER_DATA_DIR": str(directory / "data"),
        "LICENCE_SERVER_PUBLIC_URL": "https://licences.example",
    }
    return Shell(environ, directory)
