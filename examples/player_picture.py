"""The picture of the player in docs/kits.md: `python -m examples.player_picture PAGE TOKEN [PICTURE]`.

PAGE and TOKEN are what `make run` prints; it has to be running, for the kit is set up through it. Uses the Chromium of
the system, else the one that `playwright install chromium` brings.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from examples.chromium import launched

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "player.png"
SIZE = 900, 1080
MOMENT = 2.5
# Paused in the middle of a film: the same picture every time.
_PAUSE_AT = """moment => new Promise((shown) => {
    const film = document.getElementById("film");
    film.pause();
    film.onseeked = () => requestAnimationFrame(() => requestAnimationFrame(shown));
    film.currentTime = moment;
})"""


def take(page: Page, address: str, token: str, picture: Path) -> None:
    """Set the kit up, begin a workshop and a film, take the picture of that."""
    page.goto(address)
    page.get_by_label("Activation token").fill(token)
    page.get_by_role("button", name="Activate").click()
    page.get_by_label("How many people are taking part?").fill("14")
    page.get_by_role("button", name="Start the workshop").click()
    page.locator("#films button").first.click()
    page.wait_for_function("document.getElementById('film').currentTime > 0")
    page.evaluate(_PAUSE_AT, MOMENT)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=picture)


def main(start_page: str, token: str, picture: str = str(PICTURE)) -> None:
    """One picture, of a browser profile that nobody has used."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="light")
        take(page, Path(start_page).absolute().as_uri(), token, Path(picture))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
