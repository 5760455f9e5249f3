"""axe-core, which judges a page as it is."""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

SCRIPT = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What passed is many times what is found, and writing it out and sending it here takes longer than judging.
JUDGE = """rules => axe.run({runOnly: rules, resultTypes: ["violations"]}).then(
    found => found.violations.map(one => `${one.id}: ${one.nodes[0].html}`))"""


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and against good practice, one line each."""
    if not page.evaluate("typeof window.axe === 'object'"):
        # Run from outside the page: its policy lets no foreign script in.
        page.evaluate(SCRIPT.read_text())
    found: list[str] = page.evaluate(JUDGE, RULES)
    return found
