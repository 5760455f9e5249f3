"""The programs that tests need from Debian: Chromium, Node for the script's own tests, npm, PgBouncer.

Playwright's own download of a browser needs the internet; the browser of the distribution does not.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

# For a machine without a screen, run by root, on which nothing may call home.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Debian keeps servers' programs where only root looks.
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


@cache
def chromium() -> str:
    """The path of Chromium's headless shell, installed where it is missing and this is root: the same engine without
    a window, which takes a processor longer than our pages do. Where it cannot be had, of Chromium as a whole."""
    if _is_there("chromium-headless-shell") or _can_install("chromium-headless-shell"):
        return installed("chromium-headless-shell", "chromium-headless-shell")
    return whole_chromium()


def whole_chromium() -> str:
    """The path of Chromium with everything a person has of it: the shell keeps no settings in its profile."""
    return installed("chromium", "chromium")


def firefox() -> str | None:
    """The path of Firefox, where there is one: a stock one of 2026 or later, for what it is asked to do."""
    return shutil.which("firefox-esr", path=PATH) or shutil.which("firefox", path=PATH)


def found() -> list[str]:
    """The browsers in which a story for all of them is told: Chromium always, another where the machine has it."""
    return ["chromium", *(["firefox"] if firefox() else [])]


def node() -> str:
    """The path of Node, installed where it is missing and this is root."""
    return installed("node", "nodejs")


def npm() -> str:
    """The path of npm, installed where it is missing and this is root."""
    return installed("npm", "npm")


def installed(command: str, package: str) -> str:
    """The path of a program, installed where it is missing and this is root."""
    # Several test processes may want it at once; apt does not wait for itself.
    with (Path(tempfile.gettempdir()) / "browser-tests-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_there(command):
            _install(package)
    path = shutil.which(command, path=PATH)
    assert path is not None, f"{command} is still missing after its installation"
    return path


def _is_there(command: str) -> bool:
    return shutil.which(command, path=PATH) is not None


def _can_install(package: str) -> bool:
    """Whether this is root, on a machine that knows the package from before."""
    if os.geteuid() != 0 or shutil.which("apt-cache") is None:
        return False
    shown = subprocess.run(["apt-cache", "show", package], capture_output=True, text=True, check=False)
    return shown.returncode == 0


def _install(package: str) -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        pytest.fail(f"Please install {package}: the browser tests need it.", pytrace=False)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", package]):
        done = subprocess.run(
            ["apt-get", "-qq", *arguments], env=environ, capture_output=True, text=True, timeout=900, check=False
        )
        assert done.returncode == 0, done.stderr
