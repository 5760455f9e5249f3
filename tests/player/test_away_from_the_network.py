"""No internet in the training room, power cuts, several tabs, copied sticks: each person counts once."""

import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright, expect

from tests.support.handout import Handout
from tests.support.pc import pc, pull_the_plug
from tests.support.trainer import Trainer


def test_a_workshop_offline_counts_once_it_is_reported(
    trainer: Trainer, handout: Handout, context: BrowserContext
) -> None:
    trainer.opens().activates(handout.token)
    context.set_offline(True)
    trainer.opens().starts_workshop(14).plays_film(1).plays_film(2).begins_film(3).ends()
    trainer.reads("The server did not answer. Nothing is lost")
    trainer.reports().reads("1 report")
    assert handout.attendances() == (0, 0)

    context.set_offline(False)
    trainer.reports().reads("1 report was received")
    assert handout.attendances() == (1, 14)
    trainer.reports().reads("The team has everything from here.")
    assert handout.attendances() == (1, 14)


def test_what_waits_goes_out_by_itself_when_the_page_opens_again(
    trainer: Trainer, handout: Handout, context: BrowserContext
) -> None:
    trainer.opens().activates(handout.token)
    context.set_offline(True)
    trainer.starts_workshop(8).begins_film(1)
    trainer.leaves()

    context.set_offline(False)
    later = Trainer(context, handout.stick).opens()
    expect(later.page.locator("#home-reported")).not_to_contain_text("waiting")
    assert handout.attendances() == (1, 8)


def test_activating_without_internet_says_so_and_offers_another_way(
    trainer: Trainer, handout: Handout, context: BrowserContext
) -> None:
    context.set_offline(True)
    trainer.opens().types_token(handout.token).reads("The server did not answer.")
    trainer.reads("Save the request file")
    context.set_offline(False)
    trainer.types_token(handout.token).sees("How will you use the films today?")


def test_a_power_cut_in_the_middle_of_a_film_loses_nothing(
    playwright: Playwright, handout: Handout, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    with pc(playwright, profile) as context:
        trainer = Trainer(context, handout.stick).opens().activates(handout.token)
        trainer.starts_workshop(11).plays_film(1).begins_film(2)
        pull_the_plug(profile)

    with pc(playwright, profile) as context:
        Trainer(context, handout.stick).opens().reports()
    assert handout.attendances() == (1, 11)
    assert handout.plays() == {"film-1": (1, 1), "film-2": (1, 0)}


def test_two_tabs_are_two_sessions(trainer: Trainer, handout: Handout, context: BrowserContext) -> None:
    trainer.opens().activates(handout.token).starts_workshop(5).begins_film(1)
    colleague = Trainer(context, handout.stick).opens().starts_workshop(7).begins_film(2)
    trainer.ends()
    colleague.ends()

    assert handout.attendances() == (2, 12)
    reports = handout.report["reports"]
    assert (reports["accepted"], reports["missing"], handout.report["installations"]["copied"]) == (2, 0, 0)


def test_a_stick_copied_to_another_place_goes_on(
    trainer: Trainer, handout: Handout, context: BrowserContext, tmp_path: Path
) -> None:
    trainer.opens().activates(handout.token).starts_workshop(4).begins_film(1).ends()
    copy = tmp_path / "Desktop" / "Films (copy) #1"
    shutil.copytree(handout.stick, copy)
    shutil.rmtree(handout.stick)

    Trainer(context, copy).opens().starts_workshop(6).plays_film(2).ends()
    assert handout.attendances() == (2, 10)
    assert len(handout.installations) == 1


def test_without_storage_it_plays_and_warns(
    trainer: Trainer, handout: Handout, context: BrowserContext, look: Callable[[Trainer, str], None]
) -> None:
    context.add_init_script(
        "for (const name of ['indexedDB', 'localStorage']) Object.defineProperty(window, name,"
        " {get() { throw new DOMException('denied', 'SecurityError'); }});"
    )
    trainer.opens().activates(handout.token)
    trainer.sees("This browser keeps nothing")
    look(trainer, "no-storage")
    trainer.starts_workshop(9).plays_film(1).ends()
    assert handout.attendances() == (1, 9)


def test_an_objection_stops_the_reports_and_not_the_films(trainer: Trainer, handout: Handout) -> None:
    trainer.opens().activates(handout.token).goes_to("Privacy")
    trainer.page.get_by_role("switch", name="Do not report how this kit is used").check()
    trainer.reads("Noted. Nothing about use is sent").goes_to("Films")
    trainer.starts_workshop(20).plays_film(1).ends().reads("You have objected to reporting")
    trainer.reads("The workshop of 20 people is over.").goes_to("Films").reads("You have objected to reporting")
    trainer.reports()
    expect(trainer.page.locator("#report-result")).to_contain_text("You have objected to reporting")

    report = handout.report
    assert (report["sessions"]["total"], report["attendances"]) == (0, 0)
    assert report["installations"] == {"activated": 1, "reporting": 0, "silent": 0, "copied": 0, "declined": 1}

    trainer.goes_to("Privacy")
    trainer.page.get_by_role("switch").uncheck()
    trainer.goes_to("Films").starts_workshop(3).begins_film(1).ends()
    assert handout.attendances() == (1, 3)


def test_giving_the_place_back(hand_out: Callable[..., Handout], context: BrowserContext) -> None:
    handout = hand_out("--seats", "1")
    trainer = Trainer(context, handout.stick).opens().activates(handout.token).goes_to("Reporting")
    trainer.page.get_by_text("This PC is not used for the films any more?").click()
    trainer.button("Give the place back").click()
    trainer.sees("This PC has given its place back")
    assert [row["status"] for row in handout.installations] == ["released"]
