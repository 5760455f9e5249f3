"""`python -m tests.support.vectors.generate [DIRECTORY]` writes the vector files."""

import json
import sys
from pathlib import Path

from tests.support.vectors import activation_tokens, clocks, keysets, leases, typ_pairs

HOME = Path(__file__).parents[2] / "contract" / "vectors"
FILES = {
    "leases.json": leases,
    "keysets.json": keysets,
    "typ_pairs.json": typ_pairs,
    "clocks.json": clocks,
    "activation_tokens.json": activation_tokens,
}


def generate(directory: Path) -> None:
    """Write every file; the same bytes every time."""
    for name, module in FILES.items():
        document = {"about": (module.__doc__ or "").strip(), "cases": module.cases()}
        (directory / name).write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else HOME)
