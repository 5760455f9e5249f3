"""Chromium for the tests: the machine's own, installed by the tests themselves where it is missing and root may."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, Error, Playwright

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
def pc(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """A Chromium of its own, whose profile stays on the disk."""
    context = playwright.chromium.launch_persistent_context(profile, executable_path=executable(), args=FLAGS)
    try:
        yield context
    finally:
        # After a power cut there is nothing left to close.
        with suppress(Error):
            context.close()


def pull_the_plug(profile: Path) -> None:
    """Kill the Chromium of a profile, all its processes at once and without a word."""
    mine = f"--user-data-dir={profile}"
    processes = [process for process in psutil.process_iter() if mine in _command_line(process)]
    assert processes
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=30)


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


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
