"""The page in docs/embedding-browser.md works as it stands there."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import HOME, Stick

PAGE = HOME.parents[1] / "docs" / "embedding-browser.md"


@pytest.fixture
def page(context: BrowserContext, stick: Stick) -> Page:
    """The example with the address and key of this server put in."""
    found = re.search(r"^```html\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    settings = (stick.directory / "settings.js").read_text()
    values = json.loads(settings.removeprefix("const settings = ").removesuffix(";\n"))
    html = found[1]
    for written, value in {
        '"https://licences.example"': values["server"],
        '"prevent-for-business"': values["kitId"],
        '{"crv": "P-256", "kty": "EC", "x": "5U1dwa…", "y": "Y2swoi…"}': values["rootKey"],
    }.items():
        assert html.count(written) == 1
        html = html.replace(written, json.dumps(value))
    Path(stick.directory / "index.html").write_text(html)
    opened = stick.open(context)
    opened.on("pageerror", lambda error: pytest.fail(str(error)))
    return opened


def test_a_workshop_with_nothing_but_the_screen(page: Page, stick: Stick) -> None:
    state = page.locator("#state")
    expect(state).to_have_text("Please type the activation token.")
    page.get_by_label("Activation token").fill(stick.token.lower())
    page.get_by_role("button", name="Activate").click()
    expect(state).to_have_text("The kit is ready.")

    page.get_by_label("People in the room").fill("14")
    page.get_by_role("button", name="Start the workshop").click()
    page.get_by_role("button", name="First film").click()
    page.evaluate("Object.defineProperty(part('film'), 'currentTime', {value: 412}), part('film').onended()")
    page.get_by_label("People at the end").fill("15")
    page.get_by_role("button", name="End the workshop").click()
    expect(page.locator("#reported")).to_have_text(re.compile("^Reported up to .*[0-9]\\. $"))

    page.get_by_label("Stars").fill("5")
    page.get_by_role("button", name="Send feedback").click()
    expect(page.locator("#reported")).to_contain_text("1 not reported yet.")
    page.get_by_role("button", name="Report now").click()
    expect(page.locator("#reported")).not_to_contain_text("not reported")

    report = stick.report()
    assert stick.figures() == {"workshops": 1, "attendances": 15, "duplicates": 0}
    assert report["items"][0]["completions"] == 1
    assert report["items"][0]["seconds"] == 412
    assert report["feedback"]["count"] == 1


def test_an_objection_on_the_page(page: Page, stick: Stick) -> None:
    page.get_by_label("Activation token").fill(stick.token)
    page.get_by_role("button", name="Activate").click()
    expect(page.locator("#state")).to_have_text("The kit is ready.")
    with page.expect_response("**/api/v1/sync"):
        page.get_by_label("Count the use of this kit").uncheck()
    expect(page.locator("#counted")).not_to_be_checked()

    assert stick.report()["installations"]["declined"] == 1
