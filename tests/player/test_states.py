"""What the page says in every state, what it lets people do, and that axe finds nothing to object to."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.handout import Handout
from tests.support.trainer import Trainer

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
Keep = Callable[[Trainer, str], None]


def look(trainer: Trainer, keep: Keep, name: str) -> None:
    """Keep a picture; let axe judge it in light and dark, wide and at 320 pixels."""
    keep(trainer, name)
    if not trainer.evaluates("typeof window.axe === 'object'"):
        trainer.page.add_script_tag(path=AXE)
    for scheme, width in (("light", 1280), ("dark", 320)):
        trainer.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        trainer.page.set_viewport_size({"width": width, "height": 800})
        assert violations(trainer.page) == [], f"{name}, {scheme}, {width} pixels"
        assert trainer.evaluates("document.documentElement.scrollWidth <= window.innerWidth"), (
            f"{name} scrolls sideways"
        )
        if scheme == "dark":
            keep(trainer, f"{name}-dark-320")
    trainer.page.emulate_media(color_scheme="light")
    trainer.page.set_viewport_size({"width": 1280, "height": 800})


def violations(page: Page) -> list[str]:
    """What axe finds, best practices included, one line each."""
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run(document)).violations")
    return [f"{one['id']}: {one['help']}: {json.dumps([node['html'] for node in one['nodes']])}" for one in found]


@pytest.fixture
def ready(trainer: Trainer, handout: Handout) -> Trainer:
    return trainer.opens().activates(handout.token)


def test_every_view_is_clean(trainer: Trainer, handout: Handout, context: BrowserContext, keep: Keep) -> None:
    trainer.opens()
    look(trainer, keep, "setup")
    trainer.page.get_by_text("No internet on this PC?").click()
    trainer.types_token("ABCD").reads("these are 4")
    look(trainer, keep, "setup-mistyped")
    trainer.activates(handout.token)
    look(trainer, keep, "home")
    trainer.button("Start the workshop").click()
    look(trainer, keep, "home-without-headcount")
    trainer.starts_workshop(14)
    look(trainer, keep, "session")
    trainer.plays_film(1)
    trainer.page.get_by_text("Read the captions as text").click()
    look(trainer, keep, "session-film")
    trainer.page.get_by_role("link", name="End the session").click()
    look(trainer, keep, "ending")
    context.set_offline(True)
    trainer.button("End the session").click()
    trainer.reads("Other ways to report")
    look(trainer, keep, "thanks-offline")
    trainer.goes_to("Reporting")
    look(trainer, keep, "reporting")
    trainer.page.get_by_role("link", name="Report by phone").click()
    expect(trainer.page.locator("#qr svg")).to_be_visible()
    look(trainer, keep, "phone")
    trainer.goes_to("Feedback").button("Keep this feedback").click()
    look(trainer, keep, "feedback-without-stars")
    trainer.goes_to("Privacy")
    look(trainer, keep, "privacy")


@pytest.mark.parametrize(
    ("act", "title"),
    [("suspend", "The licence is paused"), ("revoke", "The licence was withdrawn")],
)
def test_the_team_ends_a_licence(ready: Trainer, handout: Handout, keep: Keep, act: str, title: str) -> None:
    ready.starts_workshop(7).plays_film(1)
    handout.licence(act)
    ready.plays_film(2).ends().sees(title)
    assert handout.attendances() == (1, 7), "they were in the room"
    ready.page.get_by_role("link", name="Back to the start").click()
    expect(ready.button("Start the workshop")).to_be_hidden()
    ready.reads("The films cannot start until this is settled.")
    look(ready, keep, act)
    if act == "suspend":
        handout.licence("reinstate")
        ready.button("Report now").first.click()
        expect(ready.button("Start the workshop")).to_be_visible()


def test_the_licence_is_over(hand_out: Callable[..., Handout], context: BrowserContext, keep: Keep) -> None:
    handout = hand_out("--trial-days", "1")
    trainer = Trainer(context, handout.stick).opens().activates(handout.token)
    context.set_offline(True)
    trainer = _days_later(trainer, 3).sees("This kit needs to be connected once")
    expect(trainer.button("Start the workshop")).to_be_hidden()
    look(trainer, keep, "lease-expired-with-the-licence")


def test_grace_and_after(ready: Trainer, handout: Handout, context: BrowserContext, keep: Keep) -> None:
    context.set_offline(True)
    grace = _days_later(ready, 40).sees("Please connect this kit soon")
    look(grace, keep, "grace")
    grace.starts_workshop(5).plays_film(1).ends()
    over = _days_later(grace, 70).sees("This kit needs to be connected once")
    look(over, keep, "lease-expired")

    context.set_offline(False)
    over.button("Report now").first.click()
    expect(over.button("Start the workshop")).to_be_visible()
    assert handout.attendances() == (1, 5)


def test_a_clock_put_back(ready: Trainer, context: BrowserContext, keep: Keep) -> None:
    context.set_offline(True)
    early = _days_later(ready, -9).sees("This PC’s clock seems wrong")
    look(early, keep, "clock-suspect")


def test_a_switched_off_installation(ready: Trainer, handout: Handout, keep: Keep) -> None:
    handout.switch_off(handout.installations[0]["id"])
    ready.reports().sees("This installation was switched off")
    look(ready, keep, "installation-revoked")


def test_a_film_that_is_missing_from_the_copy(ready: Trainer, handout: Handout, keep: Keep) -> None:
    (handout.stick / "films/film-1.webm").unlink()
    ready.starts_workshop(3).film_button(1).click()
    ready.reads("This film cannot be played. Check that the whole stick is there")
    look(ready, keep, "film-missing")
    ready.plays_film(2).ends()
    assert handout.plays() == {"film-2": (1, 1)}


def test_axe_would_see_a_fault(ready: Trainer) -> None:
    ready.page.add_script_tag(path=AXE)
    ready.evaluates("document.querySelector('#headcount').labels[0].remove()")
    assert any(line.startswith("label:") for line in violations(ready.page))


def test_no_place_left(hand_out: Callable[..., Handout], browser: Browser, keep: Keep) -> None:
    handout = hand_out("--seats", "1")
    first, second = browser.new_context(), browser.new_context()
    Trainer(first, handout.stick).opens().activates(handout.token)
    trainer = Trainer(second, handout.stick).opens().types_token(handout.token).reads("All places are taken")
    look(trainer, keep, "seat-limit")
    first.close()
    second.close()


def test_a_place_that_was_given_back(ready: Trainer, keep: Keep) -> None:
    ready.goes_to("Reporting")
    ready.page.get_by_text("This PC is not used for the films any more?").click()
    ready.button("Give the place back").click()
    ready.sees("This PC has given its place back")
    look(ready, keep, "released")


def test_an_installation_that_the_server_forgot(ready: Trainer, handout: Handout, keep: Keep) -> None:
    handout.forget(handout.installations[0]["id"])
    ready.reports().sees("Please set up this kit again")
    look(ready, keep, "reactivation-needed")


def _days_later(trainer: Trainer, days: int) -> Trainer:
    """The same profile, some days on by the PC's own clock."""
    moment = datetime.now(UTC) + timedelta(days=days)
    later = Trainer(trainer.context, trainer.stick)
    later.page.clock.set_system_time(moment)
    return later.opens()
