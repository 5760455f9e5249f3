"""The main story, as the trainer lives it and as the report tells it."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from tests.support.handout import Handout
from tests.support.trainer import Trainer


def test_a_workshop_of_fourteen_through_three_films(trainer: Trainer, handout: Handout) -> None:
    trainer.opens().activates(handout.token).starts_workshop(14)
    trainer.plays_film(1).plays_film(2).begins_film(3).ends()
    trainer.reads("1 report was received")

    report = handout.report
    assert report["sessions"] == {"workshop": 1, "individual": 0, "total": 1}
    assert (report["attendances"], report["distinct_learners"]) == (14, 0)
    assert handout.plays() == {"film-1": (1, 1), "film-2": (1, 1), "film-3": (1, 0)}
    seconds = {item["id"]: item["seconds"] for item in report["items"]}
    assert 7 <= seconds["film-1"] <= 9, "seconds of film, at whatever speed"
    assert report["organisations"] == {"granted": 1, "activated": 1, "reporting": 1}


def test_what_is_over_is_not_said_to_be_under_way(trainer: Trainer, handout: Handout) -> None:
    said = trainer.opens().page.locator("#announcer")
    trainer.activates(handout.token)
    expect(said).to_have_text("This kit is set up.")
    trainer.starts_workshop(14)
    expect(said).to_have_text("")
    trainer.ends()
    expect(said).to_have_text("")


def test_the_headcount_may_be_corrected_at_the_end(trainer: Trainer, handout: Handout) -> None:
    trainer.opens().activates(handout.token).starts_workshop(14).begins_film(1).ends(people=15)
    assert handout.attendances() == (1, 15)
    trainer.goes_to("Films")
    expect(trainer.page.get_by_label("How many people are taking part?")).to_have_value("")


def test_a_headcount_that_is_none_starts_nothing(trainer: Trainer, handout: Handout) -> None:
    trainer.opens().activates(handout.token)
    field = trainer.page.get_by_label("How many people are taking part?")
    for typed in ("", "0", "-3", "5001", "12.5", "many", "1e3"):
        field.fill(typed)
        trainer.button("Start the workshop").click()
        trainer.reads("Please give a whole number from 1 to 5000.")
        expect(field).to_be_focused()


def test_what_another_page_left_in_the_browsers_memory_costs_no_play(trainer: Trainer, handout: Handout) -> None:
    """All pages from file:// share one storage."""
    trainer.opens().activates(handout.token).starts_alone().begins_film(1).ends()
    for kept in ("5", '"x"', "null", "{"):
        trainer.evaluates(
            "kept => Object.keys(localStorage).filter((key) => key.startsWith('kit-player:'))"
            ".map((key) => localStorage.setItem(key, kept))",
            kept,
        )
        trainer.opens().starts_alone().begins_film(1).ends()
    assert handout.plays()["film-1"][0] == 5


def test_on_my_own_counts_one_learner(trainer: Trainer, handout: Handout) -> None:
    trainer.opens().activates(handout.token).starts_alone().plays_film(8).ends()
    trainer.page.get_by_role("link", name="Back to the start").click()
    trainer.starts_alone().begins_film(1).ends()

    report = handout.report
    assert (report["sessions"]["individual"], report["attendances"], report["distinct_learners"]) == (2, 2, 1)


def test_feedback_reaches_the_report(trainer: Trainer, handout: Handout) -> None:
    trainer.opens().activates(handout.token).goes_to("Feedback")
    trainer.button("Keep this feedback").click()
    trainer.reads("Please choose one to five stars.")
    trainer.page.get_by_label("4 stars").check()
    trainer.page.get_by_label("What is it about?").select_option("The new starter")
    trainer.page.get_by_label("Would you like to add something?").fill("Clear and to the point.")
    trainer.button("Keep this feedback").click()
    trainer.reads("Thank you. It is kept").goes_to("Reporting")
    expect(trainer.page.locator("#waiting")).to_have_text("nothing")
    assert handout.report["feedback"] == {"count": 1, "mean_rating": 4}


def test_captions_show_and_can_be_read(trainer: Trainer, handout: Handout) -> None:
    trainer.opens().activates(handout.token).starts_workshop(3).begins_film(1)
    trainer.page.wait_for_function("document.getElementById('film').textTracks[0].activeCues.length === 1")
    assert trainer.evaluates("document.getElementById('film').textTracks[0].mode") == "showing"
    trainer.button("Captions").click()
    assert trainer.evaluates("document.getElementById('film').textTracks[0].mode") == "hidden"
    trainer.page.get_by_text("Read the captions as text").click()
    trainer.reads("A short conversation is all it takes.")


def test_the_handbook_opens_and_counts_as_used(trainer: Trainer, handout: Handout, context: BrowserContext) -> None:
    trainer.opens().activates(handout.token).starts_workshop(2)
    with context.expect_page() as opened:
        trainer.page.locator("#view-session").get_by_role("link", name="The trainer's handbook").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("The trainer's handbook")
    trainer.ends()
    assert handout.plays() == {"handbook": (1, 1)}


def test_a_stick_of_ones_own_needs_no_typing(
    context: BrowserContext, handout: Handout, tmp_path: Path, look: Callable[[Trainer, str], None]
) -> None:
    stick = handout.build(tmp_path / "own", "--organisation", handout.organisation_id)
    trainer = Trainer(context, stick).opens()
    trainer.reads("Baker & Sons")
    look(trainer, "setup-own-stick")
    trainer.page.get_by_text("No internet on this PC?").click()
    look(trainer, "setup-own-stick-by-file")
    trainer.button("Set up this kit").click()
    trainer.sees("How will you use the films today?").starts_workshop(6).begins_film(1).ends()
    assert handout.attendances() == (1, 6)


def test_a_wrong_token_is_told_before_any_network(trainer: Trainer, handout: Handout) -> None:
    asked: list[str] = []
    trainer.page.on("request", lambda request: asked.append(request.url))
    trainer.opens()
    swapped = handout.token[:-1] + ("0" if handout.token[-1] != "0" else "1")
    trainer.types_token(swapped).reads("This token cannot be right")
    trainer.types_token(handout.token[:-3]).reads("these are 25")
    trainer.types_token(handout.token[:-1] + "U").reads("“U” is not used")
    expect(trainer.page.get_by_label("Activation token")).to_be_focused()

    assert not [url for url in asked if not url.startswith("file:")]
    assert handout.installations == []


def test_typing_is_forgiven(trainer: Trainer, handout: Handout) -> None:
    # Word processors make dashes of hyphens.
    forgiven = handout.token.lower().replace("-", " \N{EN DASH} ").replace("0", "o").replace("1", "l")
    trainer.opens().activates(forgiven)
    assert len(handout.installations) == 1


def test_the_page_asks_nothing_of_anybody_else(trainer: Trainer, handout: Handout) -> None:
    asked: list[str] = []
    trainer.page.on("request", lambda request: asked.append(request.url))
    trainer.opens().activates(handout.token).starts_workshop(2).begins_film(1).ends()
    elsewhere = [url for url in asked if not url.startswith(("file:", "data:", "blob:", handout.server.url))]
    assert elsewhere == []
