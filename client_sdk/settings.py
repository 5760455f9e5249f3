"""Which kit the command speaks for.

* A flag beats the environment (`KIT_CLIENT_…`), which beats `kit.json`.
* `kit.json` holds `server`, `kit_id`, `kit_version`, `root_key`, and, if need be, `organisation` and
  `state_dir`; a member of another name is an error. It is looked for in the working directory, or where
  `--config` or `KIT_CLIENT_CONFIG` says.
* The root key is a JWK: as JSON, or the name of a file that holds it; the output of the server's
  `keys list --json` serves as well.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from client_sdk.errors import InvalidArgument

REQUIRED = ("server", "kit_id", "kit_version", "root_key")
OPTIONAL = ("organisation", "state_dir")
PREFIX = "KIT_CLIENT_"
DEFAULT_FILE = "kit.json"


def gather(flags: Mapping[str, str | None], environment: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of KitClient. Raises InvalidArgument."""
    found = _file(flags.get("config") or environment.get(f"{PREFIX}CONFIG"))
    for name in (*REQUIRED, *OPTIONAL):
        given = flags.get(name) or environment.get(PREFIX + name.upper())
        if given:
            found[name] = given
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise InvalidArgument(
            f"missing: {', '.join(missing)} (by flag, by {PREFIX}{missing[0].upper()}, or in {DEFAULT_FILE})"
        )
    return found | {"root_key": _root_key(found["root_key"])}


def _file(name: str | None) -> dict[str, Any]:
    path = Path(name or DEFAULT_FILE)
    if name is None and not path.exists():
        return {}
    document = _json(path)
    unknown = document.keys() - {*REQUIRED, *OPTIONAL}
    if unknown:
        raise InvalidArgument(f"{path}: unknown member {sorted(unknown)[0]!r}")
    return document


def _root_key(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        value = _parse(value, "root_key") if value.lstrip().startswith("{") else _json(Path(value))
    if not isinstance(value, dict):
        raise InvalidArgument("root_key is not a JWK")
    root = value.get("root", value)
    return root if isinstance(root, dict) else value


def _json(path: Path) -> dict[str, Any]:
    try:
        return _parse(path.read_text("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgument(f"{path} cannot be read: {error}") from error


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise InvalidArgument(f"{name} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise InvalidArgument(f"{name} is not a JSON object")
    return document
