"""The player's page from a stick in each browser that the machine has: films, files and figures."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.support.handout import Handout
from tests.support.profiles import Profile, Tab, until

FASTER = 16


def test_a_workshop_online_and_one_carried_by_file(
    profile: Profile, handout: Handout, browser: Browser, tmp_path: Path
) -> None:
    page = profile.open(handout.stick / "Start here.html")
    until(page, "() => !document.getElementById('view-setup').hidden")
    _types(page, "token", handout.token)
    _presses(page, "Activate")
    _workshop(page, 14, films=[1, 2])
    _shows(page, "1 report was received")
    assert handout.attendances() == (1, 14)

    profile.set_offline(True)
    page.close()
    page = profile.open(handout.stick / "Start here.html")
    _workshop(page, 9, films=[3])
    _shows(page, "The server did not answer. Nothing is lost")
    page.evaluate("() => { location.hash = '#reporting'; }")
    request = tmp_path / "reports.kit-request"
    request.write_text(page.saves("() => document.getElementById('save-message').click()"))
    page.chooses(_answered(browser, handout, request), "load-response")
    _shows(page, "The answer was taken: 1 report is with the team.")

    assert handout.attendances() == (2, 23)
    assert handout.plays() == {"film-1": (1, 1), "film-2": (1, 1), "film-3": (1, 1)}
    assert len(handout.installations) == 1


def _workshop(page: Tab, people: int, films: list[int]) -> None:
    """From the start to the thanks, each film to its end at sixteen times the speed."""
    until(page, "() => !document.getElementById('choices').closest('section').hidden")
    _types(page, "headcount", str(people))
    _presses(page, "Start the workshop")
    _shows(page, f"Workshop of {people}")
    page.evaluate(f"() => {{ document.getElementById('film').defaultPlaybackRate = {FASTER}; }}")
    for film in films:
        page.evaluate("at => document.querySelectorAll('#films button')[at].click()", film - 1)
        until(page, f"() => document.querySelectorAll('#films .state')[{film - 1}].textContent === '✓ Played'")
    page.evaluate("() => document.getElementById('to-ending').click()")
    until(page, "() => !document.getElementById('view-ending').hidden")
    page.evaluate("() => document.querySelector('#ending-form button').click()")
    _shows(page, "Thank you")


def _answered(browser: Browser, handout: Handout, request: Path) -> Path:
    """The answer that the website's page makes, in a browser at home."""
    at_home = browser.new_page()
    at_home.goto(f"{handout.server.url}/exchange")
    at_home.get_by_label("File of the kit").set_input_files(request)
    with at_home.expect_download() as answer:
        at_home.get_by_role("button", name="Get the answer to carry back").click()
    answer.value.save_as(request.with_name("answer.kit-response"))
    at_home.close()
    return request.with_name("answer.kit-response")


def _types(page: Tab, field: str, text: str) -> None:
    page.evaluate("([field, text]) => { document.getElementById(field).value = text; }", [field, text])


def _presses(page: Tab, name: str) -> None:
    page.evaluate(
        "name => [...document.querySelectorAll('button')].find((one) => one.textContent === name).click()", name
    )


def _shows(page: Tab, words: str) -> None:
    until(page, f"() => document.body.innerText.includes({words!r})")
