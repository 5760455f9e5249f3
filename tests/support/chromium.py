"""Chromium for the tests: the machine's own, installed by the tests themselves where it is missing and root may."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
]


def executable() -> str:
    """The path of Chromium. Installs Debian's where there is none; fails with what to do where it cannot."""
    found = _found()
    if found is None:
        # Test processes start together; apt-get takes one at a time.
        with (Path(tempfile.gettempdir()) / "chromium-for-tests.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = _found() or _install()
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def _found() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _install() -> str:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise RuntimeError("These tests need Chromium: install it (on Debian: apt-get install chromium).")
    quietly = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update"], **quietly)
    subprocess.run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"], **quietly)
    found = _found()
    assert found is not None, "apt-get installed chromium, and there is none"
    return found
