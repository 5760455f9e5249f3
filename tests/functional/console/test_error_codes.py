"""docs/console.md is true: its codes are those that the source raises, with their statuses."""

import ast
import re

from licence_server.api.codes import CODES
from licence_server.web import STATUS
from tests.support.raised import ROOT, raised

BESIDE_THE_CONSOLE = (
    "api",
    "cli",
    "portal",
    # Setting up, backups and building kits are done on the command line; activating and syncing by kits.
    "backups.py",
    "captions.py",
    "console_files.py",
    "kit_builds.py",
    "kit_checks.py",
    "kit_description.py",
    "kit_sources.py",
    "kit_texts.py",
    "kit_tokens.py",
    "manifest.py",
    "messages.py",
    "npm_package.py",
    "qr_encoder.py",
    "restores.py",
    "sealed_files.py",
    "stick.py",
    "stick_folder.py",
)
# Raised where only the command line gets.
NOT_OF_THE_CONSOLE = {"retention_not_set", "root_key_exists", "root_key_missing"}


def of_pages() -> dict[str, int]:
    """Code to status of the errors that views answer with themselves."""
    found = {}
    for path in (ROOT / "licence_server/console").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "error_page":
                match node.args[:2]:
                    case [ast.Constant(value=int(status)), ast.Constant(value=str(code))]:
                        found[code] = status
    return found


def test_every_code_is_documented_with_its_status_and_the_other_way_round() -> None:
    source = {
        # Werkzeug's own NotFound takes a sentence.
        code: {int(STATUS[kind]) for kind in kinds if kind in STATUS}
        for code, kinds in raised(beside=BESIDE_THE_CONSOLE).items()
        if re.fullmatch("[a-z_]+", code) and code not in NOT_OF_THE_CONSOLE
    } | {code: {status} for code, status in of_pages().items()}
    rows = re.findall(r"^\| `([a-z_]+)` \| ([0-9]+) \| .+ \|$", (ROOT / "docs/console.md").read_text(), re.MULTILINE)

    assert {code: {int(status)} for code, status in rows} == {
        code: statuses for code, statuses in source.items() if code not in CODES
    }
