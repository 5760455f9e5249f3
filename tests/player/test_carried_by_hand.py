"""No internet on the PC at all: files go to another computer and come back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from tests.support.axe import violations
from tests.support.handout import Handout
from tests.support.trainer import Trainer


def test_a_kit_is_activated_by_file(trainer: Trainer, handout: Handout, context: BrowserContext) -> None:
    context.set_offline(True)
    request = trainer.opens().asks_by_file(handout.token)
    answer = handout.exchange(request)

    trainer.reads("The request file was saved.")

    trainer.page.get_by_label("Back here, choose the answer file.").first.set_input_files(_file(answer))
    trainer.sees("How will you use the films today?").reads("This kit is set up in this browser: you can start.")
    trainer.goes_to("Privacy").goes_to("Films")
    expect(trainer.page.locator("#home-news")).to_be_hidden()
    trainer.starts_workshop(14).plays_film(1).ends()

    context.set_offline(False)
    trainer.reports()
    assert handout.attendances() == (1, 14)
    assert len(handout.installations) == 1


def test_a_stick_of_ones_own_needs_no_typing_without_internet_either(
    context: BrowserContext, handout: Handout, tmp_path: Path, look: Callable[[Trainer, str], None]
) -> None:
    context.set_offline(True)
    trainer = Trainer(context, handout.build(tmp_path / "own", "--organisation", handout.organisation_id)).opens()
    trainer.button("Set up this kit").click()
    trainer.reads("The server did not answer.")
    expect(trainer.button("Set up this kit")).to_be_focused()
    expect(trainer.page.get_by_label("Activation token")).to_be_hidden()
    look(trainer, "setup-own-stick-offline")

    request = json.loads(trainer.saves("Save the request file").read_text())
    answer = handout.exchange(request)
    trainer.page.locator("#carry-response").set_input_files(_file(answer))
    trainer.sees("How will you use the films today?")


def test_the_answer_to_somebody_elses_request_is_refused(
    trainer: Trainer, handout: Handout, context: BrowserContext
) -> None:
    context.set_offline(True)
    request = trainer.opens().asks_by_file(handout.token)
    request["activation"]["installation_id"] = "00000000-0000-7000-8000-000000000000"
    choose = trainer.page.get_by_label("Back here, choose the answer file.").first
    for content in (handout.exchange(request), {"holiday": "photo"}):
        choose.set_input_files(_file(content))
        trainer.reads("This is not the answer to a request from this browser.")
    expect(trainer.page.get_by_role("heading", name="Set up this kit")).to_be_visible()


def test_an_answer_that_is_none_does_not_read_as_a_kit_set_up(
    trainer: Trainer, handout: Handout, context: BrowserContext
) -> None:
    """Where the kit is active under its first token, and somebody means to give it another."""
    trainer.opens().activates(handout.token)
    context.set_offline(True)
    _asks_with(trainer, handout.token)
    trainer.page.locator("#carry-response").set_input_files(_file({"holiday": "photo"}))
    trainer.reads("This is not the answer to a request from this browser.").sees("Set up this kit")


def test_a_kit_that_belonged_to_another_organisation_is_moved_by_file(
    trainer: Trainer,
    handout: Handout,
    context: BrowserContext,
    browser: Browser,
    look: Callable[[Trainer, str], None],
) -> None:
    trainer.opens().activates(handout.token)
    context.set_offline(True)
    trainer.starts_workshop(9).begins_film(1).ends()
    _asks_with(trainer, handout.token_of_another_organisation())
    at_home = browser.new_page()

    _brings(at_home, handout, trainer.saves("Save the request file"))
    assert violations(at_home) == []
    with at_home.expect_download() as refused:
        at_home.get_by_role("link", name="Save the answer for the kit").click()
    trainer.page.locator("#carry-response").set_input_files(refused.value.path())
    trainer.reads("The kit in this browser belonged to another organisation.")
    look(trainer, "setup-elsewhere")

    with at_home.expect_download() as granted:
        _brings(at_home, handout, trainer.saves("Save the request file"))
    trainer.page.locator("#carry-response").set_input_files(granted.value.path())
    trainer.sees("How will you use the films today?").reads("For Another firm")

    trainer.starts_workshop(3).begins_film(1).ends().goes_to("Reporting")
    for told in ("1 report is waiting. Save the next report file for that.", "1 report is with the team."):
        with at_home.expect_download() as answer:
            _brings(at_home, handout, trainer.saves("Save the report file"))
        trainer.page.locator("#load-response").set_input_files(answer.value.path())
        trainer.reads(told)
    expect(trainer.page.locator("#waiting")).to_have_text("nothing")
    assert handout.attendances() == (2, 12)
    at_home.close()


def _asks_with(trainer: Trainer, token: str) -> None:
    """The way to another token, for a kit that has one already."""
    trainer.goes_to("Reporting").page.get_by_text("You were sent another activation token?").click()
    trainer.page.get_by_role("link", name="Use another activation token").click()
    trainer.sees("Set up this kit").page.get_by_label("Activation token").fill(token)
    trainer.page.get_by_text("No internet on this PC?").click()


def _brings(page: Page, handout: Handout, request: Path) -> None:
    """Gives a request to the website's page for files."""
    page.goto(f"{handout.server.url}/exchange")
    page.get_by_label("File of the kit").set_input_files(request)
    page.get_by_role("button", name="Get the answer to carry back").click()


def test_what_the_server_cannot_count_is_not_said_to_be_with_the_team(
    trainer: Trainer, handout: Handout, context: BrowserContext, browser: Browser
) -> None:
    """A stick with a film that the server does not know."""
    config = handout.stick / "kit/config.js"
    config.write_text(config.read_text().replace('"film-1"', '"film-unknown"'))
    uncounted = "1 report could not be counted: please tell the community-safety team at your council."
    trainer.opens().activates(handout.token).starts_workshop(4).begins_film(1).ends()
    expect(trainer.page.locator("#thanks-report")).to_have_text(uncounted)

    context.set_offline(True)
    for film in (1, 2):
        trainer.goes_to("Films").starts_workshop(5).begins_film(film).ends()
    at_home = browser.new_page()
    with at_home.expect_download() as answer:
        _brings(at_home, handout, trainer.goes_to("Reporting").saves("Save the report file"))
    expect(at_home.locator("#made")).to_contain_text("1 report has arrived. 1 of 2 could not be counted")
    trainer.page.locator("#load-response").set_input_files(answer.value.path())
    trainer.reads(f"The answer was taken: 1 report is with the team. {uncounted}")
    assert handout.attendances() == (1, 5)
    at_home.close()


def test_a_report_file_holds_what_waits_and_leaves_it_waiting(
    trainer: Trainer, handout: Handout, context: BrowserContext
) -> None:
    trainer.opens().activates(handout.token)
    context.set_offline(True)
    trainer.starts_workshop(9).begins_film(1).ends().goes_to("Reporting")
    saved: Path = trainer.saves("Save the report file")
    assert list(json.loads(saved.read_text())) == ["message"]
    expect(trainer.page.locator("#waiting")).to_have_text("1 report")

    trainer.page.locator("#load-response").set_input_files(_file({"receipt": "a.b.c"}))
    trainer.reads("This is not an answer for this kit, or an older one.")
    expect(trainer.page.locator("#waiting")).to_have_text("1 report")


def test_a_file_that_goes_away_while_it_is_chosen(trainer: Trainer, handout: Handout, tmp_path: Path) -> None:
    """The stick is pulled out between the choice and the reading."""
    trainer.opens().activates(handout.token).goes_to("Reporting")
    answer = tmp_path / "answer.kit-response"
    answer.write_text("{}")
    choose = trainer.page.locator("#load-response")
    trainer.evaluates(
        "addEventListener('change', (event) => event.stopImmediatePropagation(), {capture: true, once: true})"
    )
    choose.set_input_files(answer)
    answer.unlink()
    choose.dispatch_event("change")

    trainer.reads("This is not an answer for this kit, or an older one.")
    expect(choose).to_be_focused()


def test_whatever_the_file_holds_the_page_says_something(
    trainer: Trainer, handout: Handout, context: BrowserContext
) -> None:
    context.set_offline(True)
    request = trainer.opens().asks_by_file(handout.token)
    right = json.dumps(handout.exchange(request)).encode()
    none, odd = "This is not the answer to a request from this browser.", "That did not work."
    for content, words in (
        (b"\xff\xfe\x00{", none),
        (b'{"activation":' + b"[" * 200_000, none),
        (b'{"activation": {"code": "constructor"}}', odd),
        (b'{"activation": {"code": "__proto__"}}', odd),
        (b'{"activation": {"code": "x", "detail": "<b>Hello</b>"}}', "<b>Hello</b> If this goes on, ask"),
        (b" " * (4 << 20) + right, none),
        (right[:-1], none),
        (right, "This kit is set up in this browser"),
    ):
        trainer.evaluates("document.getElementById('carry-error').textContent = ''")
        trainer.page.locator("#carry-response").set_input_files(
            {"name": "a.kit-response", "mimeType": "application/json", "buffer": content}
        )
        trainer.reads(words)


def _file(content: dict[str, Any]) -> FilePayload:
    return {"name": "answer.kit-response", "mimeType": "application/json", "buffer": json.dumps(content).encode()}
