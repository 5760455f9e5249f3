"""A kit as it is handed out: granted, built and asked about by the real commands, run in this process for speed."""

import itertools
import json
import shutil
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from click.testing import CliRunner
from sqlalchemy import UpdateBase, delete, update

from licence_server.cli.commands import commands
from licence_server.cli.operator import Operator
from licence_server.config import load
from licence_server.models import InstallationToken, Licence
from licence_server.services.runtime import open_runtime
from tests.support.server import Server

_numbers = itertools.count(1)
ITEMS = [*(f"film-{number}=Film {number}" for number in range(1, 9)), "handbook=The trainer's handbook"]


@dataclass
class Handout:
    """One organisation, one kit of its own, one stick."""

    server: Server
    folder: Path
    content: Path
    terms: tuple[str, ...] = ()
    kit_id: str = field(default_factory=lambda: f"kit-{next(_numbers)}")

    def __post_init__(self) -> None:
        items = [word for item in ITEMS for word in ("--item", item)]
        self._json("kits", "add", self.kit_id, "A kit", *items)
        self.organisation_id = str(self._json("organisations", "add", "Baker & Sons")["id"])
        granted = self._json("licences", "grant", self.organisation_id, self.kit_id, *self.terms)
        self.licence_id = str(granted["id"])
        self.token = str(self._json("tokens", "issue", self.licence_id)["activation_token"])
        self.content = _content_named(self.kit_id, self.content, self.folder)
        self.stick = self.build(self.folder / "stick")

    def build(self, stick: Path, *options: str) -> Path:
        self._json("kit", "build", self.kit_id, str(stick), "--content", str(self.content), *options)
        return stick

    def token_of_another_organisation(self, name: str = "Another firm") -> str:
        """For the same kit."""
        organisation_id = str(self._json("organisations", "add", name)["id"])
        licence_id = str(self._json("licences", "grant", organisation_id, self.kit_id)["id"])
        return str(self._json("tokens", "issue", licence_id)["activation_token"])

    def licence(self, act: str, *options: str) -> None:
        """Suspend, reinstate, revoke or extend."""
        self._json("licences", act, self.licence_id, *options)

    def _json(self, *arguments: str) -> Any:
        """What a command prints with --json (a report with --format json); it must succeed."""
        options = [] if "--format" in arguments else ["--json"]
        operator = Operator(self.server.environ, self.server.directory)
        done = CliRunner().invoke(commands, [*arguments, *options], obj=operator)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def switch_off(self, installation_id: str) -> None:
        self._json("installations", "revoke", installation_id)

    def forget(self, installation_id: str) -> None:
        """What a restore from a backup of before the activation would do."""
        self._change(delete(InstallationToken).where(InstallationToken.installation_id == UUID(installation_id)))

    def put_off(self, days: int) -> None:
        """What a server whose clock was put back would see: a licence that has not begun."""
        begin = datetime.now(UTC) + timedelta(days=days)
        self._change(update(Licence).where(Licence.id == UUID(self.licence_id)).values(starts_at=begin))

    def _change(self, statement: UpdateBase) -> None:
        """Past every rule, straight in the database."""
        runtime = open_runtime(load(self.server.environ, self.server.directory))
        with runtime.database.writing() as session:
            session.execute(statement)
        runtime.database.close()

    def exchange(self, carried: dict[str, Any]) -> dict[str, Any]:
        """What the server answers whoever carries a request there."""
        address = f"{self.server.url}/api/v1/exchange"
        request = urllib.request.Request(address, json.dumps(carried).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            return dict(json.load(response))

    @property
    def installations(self) -> list[dict[str, Any]]:
        found = self._json("installations", "list", "--organisation", self.organisation_id)
        return list(found["items"])

    @property
    def report(self) -> dict[str, Any]:
        """What the committee would read about this kit."""
        return dict(self._json("report", "--kit", self.kit_id, "--format", "json"))

    def attendances(self) -> tuple[int, int]:
        """Sessions and attendances."""
        report = self.report
        return report["sessions"]["total"], report["attendances"]

    def plays(self) -> dict[str, tuple[int, int]]:
        """Item to plays and completions, where there are any."""
        return {item["id"]: (item["plays"], item["completions"]) for item in self.report["items"] if item["plays"]}


def _content_named(kit_id: str, content: Path, folder: Path) -> Path:
    """The same content under another id, its films linked rather than copied."""
    named = folder / "content"
    shutil.copytree(content, named, copy_function=lambda source, target: Path(target).hardlink_to(source))
    description = (content / "kit.toml").read_text(encoding="utf-8")
    (named / "kit.toml").unlink()
    (named / "kit.toml").write_text(description.replace('"prevent-for-business"', f'"{kit_id}"', 1), encoding="utf-8")
    return named
