"""The whole way through with nothing but a keyboard, and where the focus is on the way."""

from playwright.sync_api import expect

from tests.support.handout import Handout
from tests.support.trainer import Trainer

FOCUSED = (
    "(() => { const at = document.activeElement;"
    " const label = at.labels && at.labels[0] ? at.labels[0].textContent : '';"
    " return (label || at.textContent || at.id).trim(); })()"
)


# Of a star the label is what one aims at.
SEEN = (
    "(() => { const at = document.activeElement, box = at.getBoundingClientRect();"
    " const target = at.closest('label') || at;"
    " return getComputedStyle(at).outlineStyle !== 'none' && target.getBoundingClientRect().height >= 24"
    " && box.bottom > 0 && box.top < innerHeight; })()"
)


class Keyboard:
    """Two hands on a keyboard."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.press = trainer.page.keyboard.press
        self.type = trainer.page.keyboard.type

    def goes_to(self, words: str) -> "Keyboard":
        """Tab until the focus is on something that says so; it must be seen there."""
        for _ in range(60):
            self.press("Tab")
            if words in str(self.trainer.evaluates(FOCUSED)):
                # The page may still be scrolling smoothly towards it.
                self.trainer.page.wait_for_function(SEEN)
                return self
        raise AssertionError(f"Tab never came to {words!r}")


def test_a_workshop_by_keyboard_alone(trainer: Trainer, handout: Handout) -> None:
    trainer.opens()
    keyboard = Keyboard(trainer)
    expect(trainer.page.get_by_role("heading", name="Set up this kit")).to_be_focused()
    keyboard.goes_to("Activation token").type(handout.token)
    keyboard.press("Enter")
    expect(trainer.page.get_by_role("heading", name="How will you use the films today?")).to_be_focused()

    keyboard.goes_to("How many people are taking part?").type("14")
    keyboard.press("Enter")
    expect(trainer.page.get_by_role("heading", name="Workshop of 14")).to_be_focused()
    keyboard.goes_to("1. The new starter").press("Enter")
    expect(trainer.page.get_by_role("heading", name="The new starter")).to_be_focused()
    trainer.page.wait_for_function("document.getElementById('film').currentTime > 0.3")
    trainer.evaluates("document.getElementById('film').playbackRate = 16")
    expect(trainer.page.get_by_role("button", name="Next: A quiet word in the canteen")).to_be_focused()

    keyboard.goes_to("End the session").press("Enter")
    expect(trainer.page.get_by_role("heading", name="End the session")).to_be_focused()
    keyboard.goes_to("How many people took part?").press("Control+A")
    keyboard.type("15")
    keyboard.press("Enter")
    expect(trainer.page.get_by_role("heading", name="Thank you")).to_be_focused()
    trainer.reads("1 report was received")

    keyboard.goes_to("Give feedback").press("Enter")
    expect(trainer.page.get_by_role("heading", name="Feedback")).to_be_focused()
    keyboard.goes_to("1 star").press("ArrowRight")
    keyboard.press("ArrowRight")
    keyboard.goes_to("Keep this feedback").press("Enter")
    trainer.reads("Thank you. It is kept")
    keyboard.press("Shift+Tab")

    assert handout.attendances() == (1, 15)
    trainer.reports()
    assert handout.report["feedback"] == {"count": 1, "mean_rating": 3}


def test_the_skip_link_leads_past_the_navigation(trainer: Trainer, handout: Handout) -> None:
    trainer.opens().activates(handout.token)
    keyboard = Keyboard(trainer)
    trainer.page.get_by_role("link", name="Skip to the content").focus()
    keyboard.press("Enter")
    expect(trainer.page.get_by_role("main")).to_be_focused()
    keyboard.goes_to("How many people are taking part?")


def test_the_browsers_back_button_keeps_a_session_alive(trainer: Trainer, handout: Handout) -> None:
    trainer.opens().activates(handout.token).starts_workshop(6).begins_film(1).goes_to("Feedback")
    trainer.page.wait_for_function("document.getElementById('film').paused")
    trainer.page.go_back()
    trainer.sees("Workshop of 6").goes_to("Films").reads("A session is under way.")
    trainer.page.get_by_role("link", name="Go back to the films").click()
    trainer.sees("Workshop of 6").ends()
    assert handout.attendances() == (1, 6)
