"""A real Chromium: Debian's, installed where it is missing and this user may."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str:
    """Where Chromium is. Fails with what to do about it where there is none."""
    found = shutil.which("chromium")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "--quiet", *arguments], check=True, stdout=subprocess.DEVNULL)
        found = shutil.which("chromium")
    assert found is not None, "These tests need a browser: apt-get install chromium"
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Started without a window; ended afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA in the page as it is."""
    import axe_playwright_python

    # Run from outside the page: its policy lets no foreign script in.
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text())
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]
