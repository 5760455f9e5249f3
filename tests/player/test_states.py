"""What the page says in every state, what it lets people do, and that axe finds nothing to object to."""

import json
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, BrowserContext, expect

from licence_server.services.kit_texts import settings_in
from tests.support.axe import violations
from tests.support.handout import Handout
from tests.support.trainer import Trainer

Look = Callable[[Trainer, str], None]


@pytest.fixture
def ready(trainer: Trainer, handout: Handout) -> Trainer:
    return trainer.opens().activates(handout.token)


def test_long_names_fit(trainer: Trainer, handout: Handout, look: Look) -> None:
    longest = "Donaudampfschifffahrtsgesellschaft" * 6
    config = handout.stick / "kit" / "config.js"
    config.write_text(config.read_text().replace("The new starter", longest[:200]))
    trainer.opens().activates(handout.token_of_another_organisation(longest[:200]))
    look(trainer, "home-long-names")
    trainer.starts_workshop(3).begins_film(1)
    look(trainer, "session-long-names")
    trainer.goes_to("Feedback")
    look(trainer, "feedback-long-names")


def test_every_view_is_clean(trainer: Trainer, handout: Handout, context: BrowserContext, look: Look) -> None:
    trainer.opens()
    look(trainer, "setup")
    trainer.page.get_by_text("No internet on this PC?").click()
    trainer.types_token("ABCD").reads("these are 4")
    look(trainer, "setup-mistyped")
    trainer.activates(handout.token)
    look(trainer, "home")
    trainer.button("Start the workshop").click()
    look(trainer, "home-without-headcount")
    trainer.starts_workshop(14)
    look(trainer, "session")
    trainer.plays_film(1)
    trainer.page.get_by_text("Read the captions as text").click()
    look(trainer, "session-film")
    trainer.page.get_by_role("link", name="End the session").click()
    look(trainer, "ending")
    context.set_offline(True)
    trainer.button("End the session").click()
    trainer.reads("Other ways to report")
    look(trainer, "thanks-offline")
    trainer.goes_to("Reporting")
    look(trainer, "reporting")
    trainer.page.get_by_role("link", name="Report by phone").click()
    expect(trainer.page.locator("#qr svg")).to_be_visible()
    look(trainer, "phone")
    trainer.goes_to("Feedback").button("Keep this feedback").click()
    look(trainer, "feedback-without-stars")
    trainer.goes_to("Privacy")
    look(trainer, "privacy")


@pytest.mark.parametrize(
    ("act", "title"),
    [("suspend", "The licence is paused"), ("revoke", "The licence was withdrawn")],
)
def test_the_team_ends_a_licence(ready: Trainer, handout: Handout, look: Look, act: str, title: str) -> None:
    ready.starts_workshop(7).plays_film(1)
    handout.licence(act)
    ready.plays_film(2).ends().sees(title)
    assert handout.attendances() == (1, 7), "they were in the room"
    ready.page.get_by_role("link", name="Back to the start").click()
    expect(ready.button("Start the workshop")).to_be_hidden()
    ready.reads("The films cannot start until this is settled.")
    look(ready, act)
    if act == "suspend":
        handout.licence("reinstate")
        ready.button("Report now").first.click()
        expect(ready.button("Start the workshop")).to_be_visible()


def test_the_licence_is_over(hand_out: Callable[..., Handout], context: BrowserContext, look: Look) -> None:
    handout = hand_out("--trial-days", "1")
    trainer = Trainer(context, handout.stick).opens().activates(handout.token)
    context.set_offline(True)
    trainer = _days_later(trainer, 3).sees("This kit needs to be connected once")
    expect(trainer.button("Start the workshop")).to_be_hidden()
    look(trainer, "lease-expired-with-the-licence")


def test_grace_and_after(ready: Trainer, handout: Handout, context: BrowserContext, look: Look) -> None:
    context.set_offline(True)
    grace = _days_later(ready, 40).sees("Please connect this kit soon")
    look(grace, "grace")
    grace.starts_workshop(5).plays_film(1).ends()
    over = _days_later(grace, 70).sees("This kit needs to be connected once")
    look(over, "lease-expired")

    context.set_offline(False)
    over.button("Report now").first.click()
    expect(over.button("Start the workshop")).to_be_visible()
    assert handout.attendances() == (1, 5)


def test_a_clock_put_back(ready: Trainer, context: BrowserContext, look: Look) -> None:
    context.set_offline(True)
    early = _days_later(ready, -9).sees("This PC’s clock seems wrong")
    look(early, "clock-suspect")


def test_a_switched_off_installation(ready: Trainer, handout: Handout, look: Look) -> None:
    handout.switch_off(handout.installations[0]["id"])
    ready.reports().sees("This installation was switched off")
    look(ready, "installation-revoked")


def test_a_film_that_is_missing_from_the_copy(ready: Trainer, handout: Handout, look: Look) -> None:
    (handout.stick / "films/film-1.webm").unlink()
    ready.starts_workshop(3).film_button(1).click()
    ready.reads("This film cannot be played. Check that the whole stick is there")
    expect(ready.page.locator("video")).to_be_hidden()
    look(ready, "film-missing")
    ready.plays_film(2).ends()
    assert handout.plays() == {"film-2": (1, 1)}


def test_axe_would_see_a_fault(ready: Trainer) -> None:
    ready.evaluates("document.querySelector('#headcount').labels[0].remove()")
    assert any(line.startswith("label:") for line in violations(ready.page))


def test_a_licence_that_begins_later(hand_out: Callable[..., Handout], context: BrowserContext, look: Look) -> None:
    handout = hand_out("--from", (datetime.now(UTC) + timedelta(days=9)).date().isoformat())
    trainer = Trainer(context, handout.stick).opens().types_token(handout.token)
    trainer.reads("The licence has not begun yet. Your organisation may use the films from a later day.")
    look(trainer, "setup-licence-pending")


def test_a_licence_whose_beginning_was_put_off(ready: Trainer, handout: Handout, look: Look) -> None:
    handout.put_off(days=9)
    ready.reports().sees("The licence has not begun yet")
    ready.goes_to("Films").reads("The films cannot start until this is settled.")
    look(ready, "licence-pending")


def test_a_licence_that_does_not_verify(
    ready: Trainer, handout: Handout, context: BrowserContext, tmp_path: Path, look: Look
) -> None:
    """A stick that was built with another root key than the one that vouched for what this browser holds."""
    other = _with_another_root(handout.stick, tmp_path / "other")
    context.set_offline(True)
    trainer = Trainer(context, other).opens().sees("The licence on this PC cannot be read")
    expect(trainer.button("Start the workshop")).to_be_hidden()
    look(trainer, "lease-invalid")

    context.set_offline(False)
    trainer.page.get_by_role("link", name="Set up this kit").click()
    trainer.types_token(handout.token).reads("The answer does not fit this stick.")
    look(trainer, "setup-lease-invalid")


def test_no_place_left(hand_out: Callable[..., Handout], browser: Browser, look: Look) -> None:
    handout = hand_out("--seats", "1")
    first, second = browser.new_context(), browser.new_context()
    Trainer(first, handout.stick).opens().activates(handout.token)
    trainer = Trainer(second, handout.stick).opens().types_token(handout.token).reads("All places are taken")
    look(trainer, "seat-limit")
    first.close()
    second.close()


def test_a_place_that_was_given_back(ready: Trainer, look: Look) -> None:
    ready.goes_to("Reporting")
    ready.page.get_by_text("This PC is not used for the films any more?").click()
    ready.button("Give the place back").click()
    ready.sees("This PC has given its place back")
    expect(ready.button("Give the place back")).to_be_hidden()
    expect(ready.page.get_by_role("main")).to_be_focused()
    look(ready, "released")


def test_an_installation_that_the_server_forgot(ready: Trainer, handout: Handout, look: Look) -> None:
    handout.forget(handout.installations[0]["id"])
    ready.reports().sees("Please set up this kit again")
    look(ready, "reactivation-needed")


def _with_another_root(stick: Path, copy: Path) -> Path:
    shutil.copytree(stick, copy)
    config = copy / "kit/config.js"
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    settings = settings_in(config.read_bytes())
    settings["rootKey"] |= {
        name: urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()
        for name, number in (("x", numbers.x), ("y", numbers.y))
    }
    config.write_text(f"window.KIT_CONFIG = {json.dumps(settings)};\n")
    return copy


def _days_later(trainer: Trainer, days: int) -> Trainer:
    """The same profile, some days on by the PC's own clock."""
    moment = datetime.now(UTC) + timedelta(days=days)
    later = Trainer(trainer.context, trainer.stick)
    later.page.clock.set_system_time(moment)
    return later.opens()
