"""An administrator's first day in a real browser, with scripts and without."""

from collections.abc import Callable
from datetime import UTC, datetime

import pyotp
from playwright.sync_api import BrowserContext, Page, expect

from licence_server.domain.roles import Role
from licence_server.services import people
from licence_server.services.runtime import Runtime
from tests.support import axe

OWN = "plum lantern orbit seven"


def test_from_the_one_time_password_to_an_invitation(
    new_context: Callable[..., BrowserContext], console_runtime: Runtime, scripts: bool
) -> None:
    email = f"ada-{scripts}@example.org".lower()
    one_time = people.add(console_runtime, email, Role.ADMINISTRATOR, now=datetime.now(UTC), actor="test").secret
    page = new_context(scripts).new_page()

    page.goto("/console/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("is not right")
    page.get_by_label("Password", exact=True).fill(one_time)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New password").fill(OWN)
    page.get_by_label("The same password again").fill(OWN)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second factor")
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.set_viewport_size({"width": 1280, "height": 800})
    secret = page.locator("code").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).at(datetime.now(UTC)))
    page.get_by_role("button", name="Set up the second factor").click()
    expect(page.locator(".console-secret li")).to_have_count(10)
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")

    page.get_by_role("link", name="Log and settings").click()
    page.get_by_role("link", name="People").click()
    page.get_by_role("button", name="Invite somebody").click()
    page.get_by_label("E-mail address").fill(f"olga-{scripts}@example.org")
    page.get_by_label("Licensing officer").check()
    page.get_by_role("button", name="Make an invitation").click()
    link = page.locator(".console-secret").inner_text()

    invited = new_context(scripts).new_page()
    invited.goto(link)
    invited.get_by_label("Choose a password").fill("another lantern entirely")
    invited.get_by_role("button", name="Set the password and sign in").click()
    expect(invited.get_by_role("heading", level=1)).to_have_text("Overview")
    invited.get_by_role("link", name="Log and settings").click()
    expect(invited.get_by_role("link", name="People")).to_have_count(0)


def test_nothing_is_cut_off_where_an_address_is_longer_than_a_phone_is_wide(
    at_desk: Callable[..., Page], console_runtime: Runtime
) -> None:
    email = "augusta.ada.king.noel@communitysafety.example.org"
    person = people.add(console_runtime, email, Role.VIEWER, now=datetime.now(UTC), actor="test").person
    acts = ("role", "invite-again", "remove")
    found = axe.faults_of_pages(at_desk(Role.ADMINISTRATOR), *((f"/console/people/{person.id}/{act}",) for act in acts))
    assert found == []


PAGES = ("/console/", "/console/account", "/console/people", "/console/people/invite", "/console/nowhere")


def test_axe_finds_nothing_on_the_pages_of_people(at_desk: Callable[..., Page]) -> None:
    page = at_desk(Role.ADMINISTRATOR)
    axe.waits_in(page)
    found = {}
    for path in PAGES:
        page.goto(path)
        found[path] = axe.violations(page)
    page.goto("/console/people/invite")
    with page.expect_navigation():
        page.get_by_role("button", name="Make an invitation").click()
    found["faults"] = axe.violations(page)
    page.context.clear_cookies()
    page.goto("/console/sign-in")
    found["sign-in"] = axe.violations(page)
    assert {path: faults for path, faults in found.items() if faults} == {}
