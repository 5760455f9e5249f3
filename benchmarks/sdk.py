"""The rows of the table that concern the Python SDK."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from benchmarks.field import KIT, Field
from benchmarks.table import Row
from client_sdk import KitClient

CHECK = "kit.check(), lease loaded"
IMPORT = "import of client_sdk"


def check(field: Field, port: int, directory: Path, rounds: int) -> Row:
    """An offline check against one decode of an ES256 token of PyJWT."""
    kit = KitClient(
        server=f"http://127.0.0.1:{port}", kit_id=KIT, kit_version="1.0", root_key=field.root, state_dir=directory
    )
    if not kit.activate(field.secrets[0]).valid:
        raise RuntimeError("the kit was not activated")
    key = generate_private_key(SECP256R1())
    token = jwt.encode({"aud": KIT, "exp": time.time() + 3600, "items": list("abcdefgh")}, key, algorithm="ES256")
    public = key.public_key()
    return _row(
        CHECK, kit.check, lambda: jwt.decode(token, public, algorithms=["ES256"], audience=KIT), rounds, 1.2, 200
    )


def importing(rounds: int) -> Row:
    """In a new interpreter each, whose own start is part of neither."""
    return _row(
        IMPORT,
        lambda: _in_a_new_interpreter("client_sdk"),
        lambda: _in_a_new_interpreter("jwt, cryptography.hazmat.primitives.asymmetric.ec"),
        rounds,
        1.3,
        3,
    )


def _in_a_new_interpreter(modules: str) -> float:
    program = f"import time; begun = time.perf_counter(); import {modules}; print(time.perf_counter() - begun)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _row(
    what: str, ours: Callable[[], object], bare: Callable[[], object], rounds: int, goal: float, times: int
) -> Row:
    def once(act: Callable[[], object]) -> float:
        taken = []
        for _ in range(times):
            begun = time.perf_counter()
            told = act()
            taken.append(told if isinstance(told, float) else time.perf_counter() - begun)
        return statistics.median(taken)

    once(ours), once(bare)
    runs = [(once(ours), once(bare)) for _ in range(max(rounds, 5))]
    middle = [statistics.median(side) * 1e6 for side in zip(*runs, strict=True)]
    ratio = statistics.median(mine / other for mine, other in runs)
    return Row(what, f"{middle[0]:,.0f} µs", f"{middle[1]:,.0f} µs", ratio, f"≤ {goal}")
