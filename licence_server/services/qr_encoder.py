"""The QR encoder that sticks carry: one classic script from the npm registry, fetched once. See decision 8.

It lies in the environment that licence-server is installed in, never in the repository. Its SHA-256 stands
here, so what a stick carries is what was looked at, whichever way it came.
"""

import hashlib
from pathlib import Path

from licence_server.domain.errors import Refused
from licence_server.services.npm_package import NpmPackage, keep, shelf

PACKAGE = "qrcode-generator"
VERSION = "2.0.4"
SHA256 = "79ec86f82856005b1c887905cfccfcfbec3821ca61c7fd5a952faa5f778f791c"
_MEMBER = "dist/qrcode.js"
_NPM = NpmPackage(PACKAGE, VERSION, "encoder", "kit encoder")


def location() -> Path:
    """Where the script lies once it was fetched."""
    return shelf() / f"{PACKAGE}-{VERSION}.js"


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
    content = _NPM.fetch([_MEMBER])[_MEMBER]
    if content is None:
        raise Refused("encoder_unfit", f"npm brought no package/{_MEMBER} for {PACKAGE} {VERSION}.")
    _require_known(content, location())
    return keep(content, location())


def _require_known(content: bytes, path: Path) -> None:
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise Refused("encoder_unfit", f"{path} is not the {PACKAGE} {VERSION} that this release knows; remove it.")
