"""`make pictures`: the console's main pages, photographed in Chromium with the demonstration trial in them.

They go to `docs/pictures/console-*.png`, in a palette of 64 colours, so that they stay small beside the text.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from examples import trial
from examples.chromium import launched
from examples.local_server import free_port
from examples.run import COMMAND, wait_for
from licence_server.config import Config, load
from licence_server.domain.roles import Role
from licence_server.services import initialisation, people
from licence_server.services.runtime import open_runtime

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
OFFICER, PASSWORD = "olga@example.org", "a lantern for the pictures"
WIDTH, HEIGHT, COLOURS = 1280, 1000, 64


def main() -> None:
    """Play the trial in a folder of its own, sign in, and take a picture of each page."""
    with tempfile.TemporaryDirectory() as directory:
        settings = {"LICENCE_SERVER_DATA_DIR": directory, "LICENCE_SERVER_BIND": f"127.0.0.1:{free_port()}"}
        config = load(settings, Path(directory))
        one_time_password = set_up(config)
        with _serving(config, settings), sync_playwright() as playwright:
            browser = launched(playwright)
            page = browser.new_page(base_url=config.public_url, viewport={"width": WIDTH, "height": HEIGHT})
            sign_in(page, one_time_password)
            walk(page)
            browser.close()


def set_up(config: Config) -> str:
    """A deployment with the trial in it; the one-time password of a licensing officer."""
    runtime, now = open_runtime(config), datetime.now(UTC)
    initialisation.initialise(runtime, now=now, actor="demonstration", admin_email=None, passphrase=PASSWORD)
    trial.play(config, runtime, print)
    admitted = people.add(runtime, OFFICER, Role.LICENSING_OFFICER, now=now, actor="demonstration")
    runtime.database.close()
    return admitted.secret


def sign_in(page: Page, one_time_password: str) -> None:
    """Sign in for the first time, with a password of one's own."""
    page.goto("/console/sign-in")
    page.get_by_label("E-mail address").fill(OFFICER)
    page.get_by_label("Password", exact=True).fill(one_time_password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()


def walk(page: Page) -> None:
    """From the overview to the committee's page."""
    page.goto("/console/")
    take(page, "overview")
    page.goto("/console/organisations")
    take(page, "organisations")
    page.get_by_role("link", name="Cutler Street Bank").click()
    take(page, "organisation")
    page.get_by_role("rowheader", name="Prevent for Business").get_by_role("link").click()
    page.get_by_role("button", name="Revoke").click()
    take(page, "revoke")
    page.goto("/console/figures")
    page.get_by_role("heading", name="By month", exact=True).evaluate("heading => heading.scrollIntoView()")
    take(page, "figures")
    page.goto("/console/report")
    take(page, "committee")


def take(page: Page, name: str) -> None:
    """The page as far as a screen shows it."""
    picture = Image.open(BytesIO(page.screenshot()))
    file = FOLDER / f"console-{name}.png"
    picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)
    print(f"{file.name}: {file.stat().st_size:,} bytes")


@contextmanager
def _serving(config: Config, settings: dict[str, str]) -> Iterator[None]:
    server = subprocess.Popen([COMMAND, "serve"], env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
    try:
        wait_for(config, server)
        yield
    finally:
        server.terminate()
        server.wait(40)


if __name__ == "__main__":
    main()
