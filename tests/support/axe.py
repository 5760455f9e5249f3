"""axe-core, which judges a page as it is."""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

SCRIPT = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What passed is many times what is found, and writing it out and sending it here takes longer than judging.
JUDGE = """rules => axe.run({runOnly: rules, resultTypes: ["violations"]}).then(
    found => found.violations.map(one => `${one.id}: ${one.nodes[0].html}`))"""


def waits_in(page: Page) -> None:
    """Let every document that the page opens from now on begin with axe, for tests that judge most of them: the
    browser has the script by then, and keeps what it compiled."""
    page.add_init_script(path=SCRIPT)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and against good practice, one line each."""
    # Whoever has just pressed a button may be at a page that has begun and holds nothing yet.
    page.wait_for_load_state()
    if not page.evaluate("typeof window.axe === 'object'"):
        # Run from outside the page: its policy lets no foreign script in.
        page.evaluate(SCRIPT.read_text())
    found: list[str] = page.evaluate(JUDGE, RULES)
    return found


def faults_of_pages(page: Page, *places: tuple[str, ...]) -> list[str]:
    """What axe finds, and what is cut off, on a phone and at a desk. A place: an address, and what is pressed there."""
    found = []
    waits_in(page)
    for path, *presses in places:
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(path)
        for name in presses:
            with page.expect_navigation():
                page.get_by_role("button", name=name).click()
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            faults = violations(page)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                faults.append("is cut off")
            found += [f"{' '.join([path, *presses])}, {width} pixels: {fault}" for fault in faults]
    return found
