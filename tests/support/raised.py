"""The codes that the source hands to errors, by its syntax."""

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from licence_server.domain import errors
from licence_server.domain.errors import LicenceServerError, not_found

ROOT = Path(__file__).parents[2]
KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, LicenceServerError) and kind is not errors.ConfigError
}


def raised(*, beside: Iterable[str]) -> dict[str, set[type[LicenceServerError]]]:
    """Code to the kinds of error it stands in. beside: names of rooms and of files that are left out."""
    left_out = set(beside)
    found: dict[str, set[type[LicenceServerError]]] = defaultdict(set)
    for path in (ROOT / "licence_server").rglob("*.py"):
        room = path.relative_to(ROOT / "licence_server").parts[0]
        if room in left_out or path.name in left_out:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            value = node.args[0].value
            if name == "not_found":
                found[not_found(value, "").code].add(errors.NotFound)
            elif name in KINDS:
                found[value].add(KINDS[name])
    return dict(found)
