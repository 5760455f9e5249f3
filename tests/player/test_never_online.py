"""A PC that never sees a network, from the first page to the team's figures."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.player.test_report_by_phone import scanned
from tests.support.handout import Handout
from tests.support.trainer import Trainer


@pytest.fixture
def offline(context: BrowserContext, trainer: Trainer, handout: Handout) -> Trainer:
    """A trainer on a PC without any network, the kit activated by a file that somebody carried."""
    context.set_offline(True)
    carried = trainer.opens().asks_by_file(handout.token)
    answer = trainer.page.get_by_label("Back here, choose the answer file.").first
    answer.set_input_files(_response(handout.exchange(carried)))
    return trainer.sees("How will you use the films today?")


def test_a_phone_brings_the_count_and_its_symbols_clear_the_outbox(offline: Trainer, handout: Handout) -> None:
    offline.starts_workshop(14).plays_film(1).plays_film(2).plays_film(3).ends().goes_to("Reporting")
    offline.page.get_by_role("link", name="Report by phone").click()
    message = scanned(offline).partition("#")[2]

    answer = handout.exchange({"message": message})
    photographed = handout.exchange({"message": message})

    assert answer["receipt"] == photographed["receipt"]
    assert handout.attendances() == (1, 14)
    offline.page.get_by_label("Type them here").fill(answer["confirmation"])
    offline.button("Confirm").click()
    offline.reads("Confirmed: the sessions are with the team.")
    offline.goes_to("Reporting")
    expect(offline.page.locator("#waiting")).to_have_text("nothing")


def test_a_file_brings_the_count_and_its_answer_clears_the_outbox(
    offline: Trainer, handout: Handout, tmp_path: Path
) -> None:
    offline.starts_workshop(14).plays_film(1).ends().goes_to("Reporting")
    saved = offline.saves("Save the report file")
    answered = tmp_path / "answer.kit-response"

    done = handout.server.run("exchange", str(saved), str(answered))

    assert done.returncode == 0, done.stderr
    assert handout.attendances() == (1, 14)
    offline.page.locator("#load-response").set_input_files(answered)
    expect(offline.page.locator("#waiting")).to_have_text("nothing")


def _response(content: dict[str, Any]) -> Any:
    return {"name": "answer.kit-response", "mimeType": "application/json", "buffer": json.dumps(content).encode()}
