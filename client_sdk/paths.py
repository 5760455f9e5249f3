"""Where the state of a kit lives.

* XDG_STATE_HOME (else ~/.local/state) on Linux, ~/Library/Application Support on macOS, %LOCALAPPDATA% on
  Windows: it belongs to one user of one computer and does not roam.
* One directory for each server, kit and organisation: readable words first, then a hash that tells apart
  whatever the words do not.
"""

import os
import re
import sys
from hashlib import sha256
from pathlib import Path


def default_base() -> Path:
    """The directory that holds the state of all kits of this user."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "kit-client"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "kit-client"
    # The XDG base directory specification: a relative path in the variable is to be ignored.
    named = os.environ.get("XDG_STATE_HOME", "")
    return (Path(named) if os.path.isabs(named) else Path.home() / ".local" / "state") / "kit-client"


def kit_directory(base: Path, server: str, kit_id: str, organisation: str | None) -> Path:
    """The directory of one kit below `base`."""
    parts = [server, kit_id, organisation or ""]
    digest = sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    words = re.sub(r"[^a-z0-9]+", "-", kit_id.lower()).strip("-")[:40] or "kit"
    return base / f"{words}-{digest}"
