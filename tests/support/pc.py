"""A PC whose plug can be pulled: Chromium with a profile on the disk."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, Error, Playwright

from tests.support import browsers


@contextmanager
def pc(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """A Chromium of its own, whose profile stays on the disk."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=browsers.chromium(), args=browsers.CHROMIUM_FLAGS
    )
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
