"""The script as a file: its size, and its own tests in Node."""

import gzip
import subprocess

from tests.browser.conftest import HOME, SCRIPT
from tests.support import browsers


def test_the_script_is_small() -> None:
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) <= 10 * 1024


def test_the_script_is_well_formed() -> None:
    done = subprocess.run([browsers.node(), "--check", str(SCRIPT)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_the_tests_in_node() -> None:
    tests = sorted(str(path) for path in (HOME / "node").glob("*.test.js"))

    done = subprocess.run([browsers.node(), "--test", *tests], capture_output=True, text=True, timeout=600, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout
