"""A trainer at a PC: opens the page of a stick in a browser and gets on with the day."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

FASTER = 16


class Trainer:
    """One tab. Acts return the trainer, so that they read as a story."""

    def __init__(self, context: BrowserContext, stick: Path) -> None:
        self.context, self.stick = context, stick
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def opens(self, stick: Path | None = None) -> "Trainer":
        """Double-clicks the page."""
        self.page.goto(((stick or self.stick) / "Start here.html").as_uri())
        expect(self.page.locator("#view-loading")).to_be_hidden()
        return self

    def activates(self, token: str) -> "Trainer":
        self.types_token(token)
        self.sees("How will you use the films today?")
        return self

    def types_token(self, token: str) -> "Trainer":
        self.page.get_by_label("Activation token").fill(token)
        self.button("Activate").click()
        return self

    def starts_workshop(self, people: int) -> "Trainer":
        self.page.get_by_label("How many people are taking part?").fill(str(people))
        self.button("Start the workshop").click()
        self.sees(f"Workshop of {people}")
        return self

    def starts_alone(self) -> "Trainer":
        self.button("Start on my own").click()
        self.sees("On my own")
        return self

    def begins_film(self, number: int) -> "Trainer":
        """Puts a film on, and watches the first moments."""
        self.film_button(number).click()
        self.page.wait_for_function("document.getElementById('film').currentTime > 0.3")
        return self

    def plays_film(self, number: int) -> "Trainer":
        """Watches a film to its end, at sixteen times the speed."""
        self._at_speed(FASTER)
        self.film_button(number).click()
        expect(self.film_button(number)).to_contain_text("Played")
        self._at_speed(1)
        return self

    def ends(self, people: int | None = None) -> "Trainer":
        """Ends the session, with a corrected headcount if need be."""
        self.page.get_by_role("link", name="End the session").click()
        if people is not None:
            self.page.get_by_label("How many people took part?").fill(str(people))
        self.button("End the session").click()
        self.sees("Thank you")
        expect(self.page.locator("#thanks-report")).not_to_have_text("Reporting …")
        return self

    def reports(self) -> "Trainer":
        """Presses Report now."""
        self.goes_to("Reporting")
        self.button("Report now").last.click()
        expect(self.page.locator("#report-result")).not_to_be_empty()
        return self

    def goes_to(self, place: str) -> "Trainer":
        self.page.get_by_role("navigation").get_by_role("link", name=place, exact=True).click()
        return self

    def sees(self, heading: str) -> "Trainer":
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        return self

    def reads(self, words: str) -> "Trainer":
        expect(self.page.get_by_text(words).filter(visible=True).first).to_be_visible()
        return self

    def saves(self, button: str) -> Path:
        """Presses a button that saves a file; where it went."""
        with self.page.expect_download() as download:
            self.button(button).click()
        return Path(download.value.path())

    def asks_by_file(self, token: str) -> dict[str, Any]:
        """Writes the request for an activation without internet; what it holds."""
        self.page.get_by_text("No internet on this PC?").click()
        self.page.get_by_label("Activation token").fill(token)
        return dict(json.loads(self.saves("Save the request file").read_text()))

    def leaves(self) -> None:
        """Closes the tab, whatever it was doing."""
        self.page.close()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def film_button(self, number: int) -> Locator:
        return self.page.locator("#films button").nth(number - 1)

    def _at_speed(self, rate: int) -> None:
        """How fast the films that are put on next will play."""
        self.page.evaluate(f"document.getElementById('film').defaultPlaybackRate = {rate}")

    def evaluates(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)
