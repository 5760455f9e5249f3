"""GOV.UK Frontend's style and script for the console, from the npm registry, fetched once. See decision 13.

They lie in the environment that licence-server is installed in, never in the repository. The font that only
GOV.UK itself may use is left out of the style (its rules say so); pages fall back to Arial.
"""

import hashlib
import re
from pathlib import Path

from licence_server.domain.errors import Refused
from licence_server.services.npm_package import NpmPackage, keep, shelf

PACKAGE = "govuk-frontend"
VERSION = "6.3.0"
STYLE, SCRIPT = "govuk-frontend.min.css", "govuk-frontend.min.js"
_SHA256 = {
    STYLE: "0f00f2aa01972532b0e3c748691dafd58f0042c60060d79848d3d31c02913d46",
    SCRIPT: "8982af0b181bb9074ed66df856d5c9fbe224ccc0a5832d47155167350f0c3fe2",
}
_FOLDER = "dist/govuk"
_NPM = NpmPackage(PACKAGE, VERSION, "assets", "assets")


def directory() -> Path:
    """Where they lie once they were fetched."""
    return shelf() / f"{PACKAGE}-{VERSION}"


def are_here() -> bool:
    """Whether both were fetched."""
    return all((directory() / name).exists() for name in _SHA256)


def fetch() -> Path:
    """Fetch both with npm, unless they are there. Raises Refused with what to do."""
    if are_here():
        return directory()
    fetched = _NPM.fetch([f"{_FOLDER}/{name}" for name in _SHA256])
    for name in _SHA256:
        content = fetched[f"{_FOLDER}/{name}"] or b""
        if hashlib.sha256(content).hexdigest() != _SHA256[name]:
            detail = f"What npm brought is not the {PACKAGE} {VERSION} that this release knows."
            raise Refused("assets_unfit", detail)
    for name in _SHA256:
        content = fetched[f"{_FOLDER}/{name}"] or b""
        keep(re.sub(rb"@font-face\{[^}]*\}", b"", content) if name == STYLE else content, directory() / name)
    return directory()
