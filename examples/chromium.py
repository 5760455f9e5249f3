"""The browser that takes the pictures of the documentation."""

import os
import shutil

from playwright.sync_api import Browser, Playwright


def launched(playwright: Playwright) -> Browser:
    """Chromium without a screen: the distribution's where there is one, else Playwright's own."""
    # As root it has no sandbox.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
