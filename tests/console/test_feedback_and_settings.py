"""Feedback and retention in a real browser, with scripts and without."""

import contextlib
import csv
import io
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from licence_server.domain.errors import Conflict
from licence_server.domain.licence import Kind, LicenceTerms
from licence_server.domain.roles import Role
from licence_server.services import activation_tokens, kits, licences, organisations, settings
from licence_server.services.runtime import Runtime
from tests.support import axe
from tests.support.deployment import activation_body, feedback

Sit = Callable[..., Page]

KIT = "console-feedback"


@pytest.fixture
def business(console_app: Flask, console_runtime: Runtime) -> str:
    """The name of a business whose kit has reported two pieces of feedback just now."""
    now, name = datetime.now(UTC), f"Business {uuid.uuid4().hex[:8]}"
    with contextlib.suppress(Conflict):
        kits.add(console_runtime, now=now, actor="test", kit_id=KIT, name="A kit", items={"film-1": "The first film"})
    organisation = organisations.add(console_runtime, now=now, actor="test", name=name)
    licence = licences.grant(
        console_runtime,
        now=now,
        actor="test",
        organisation_id=organisation.id,
        kit_id=KIT,
        terms=LicenceTerms(),
        kind=Kind.TRIAL,
    )
    token = activation_tokens.issue(console_runtime, licence.licence.id, now=now, actor="test").secret
    client = console_app.test_client()
    answer = client.post("/api/v1/activations", json=activation_body(token, str(uuid.uuid4()), KIT)).json
    assert answer is not None
    body = {
        "sent_at": now.isoformat(),
        "reports": [
            feedback(now, 1, rating=2, item="film-1", comment=f"Mr Brown of {name} snored"),
            feedback(now, 2, rating=5, comment="=1+1"),
        ],
    }
    headers = {"Authorization": f"Bearer {answer['installation_token']}"}
    assert client.post("/api/v1/sync", json=body, headers=headers).status_code == 200
    return name


def test_an_officer_takes_a_comment_away(at_desk: Sit, business: str, scripts: bool) -> None:
    page = at_desk(Role.LICENSING_OFFICER, scripts)
    page.goto("/console/")
    page.get_by_role("link", name="Figures", exact=True).click()
    page.get_by_role("link", name="Feedback", exact=True).click()
    page.get_by_label("Film or document").select_option("The first film")
    page.get_by_label("Rating", exact=True).select_option("2")
    page.get_by_role("button", name="Show").click()
    said = page.locator("article").filter(has_text=business)
    expect(said).to_contain_text("snored")
    said.get_by_role("link", name="Take this comment away").click()
    address = page.url
    page.get_by_role("button", name="Take the comment away").click()
    expect(page.get_by_role("alert")).to_contain_text("Give a reason")
    page.get_by_label("Reason").fill("names a person")
    page.get_by_role("button", name="Take the comment away").dblclick()
    said = page.locator("article").filter(has_text=business).filter(has_text="The first film")
    expect(said).to_contain_text("The comment was taken away on")
    page.goto(address)
    expect(page.locator("main")).to_contain_text("The comment was taken away on")
    expect(page.locator("main")).not_to_contain_text("snored")


def test_the_file_holds_what_the_page_shows(at_desk: Sit, business: str, scripts: bool) -> None:
    page = at_desk(Role.VIEWER, scripts)
    page.goto("/console/feedback?rating=5&comment=yes")
    expect(page.get_by_role("link", name="Take this comment away")).to_have_count(0)
    shown = page.locator("article h3").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download these as CSV").click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [f"{row['Rating']} of 5: {row['About']}" for row in rows] == shown
    [comment] = [row["Comment"] for row in rows if row["Organisation"] == business]
    assert comment == "'=1+1"


def test_retention_is_shown_before_it_is_set(at_desk: Sit, console_runtime: Runtime, scripts: bool) -> None:
    page = at_desk(Role.ADMINISTRATOR, scripts)
    page.goto("/console/settings")
    page.get_by_role("button", name="Change how long").click()
    page.get_by_label("For some days").check()
    page.get_by_label("How many days").fill("7")
    page.get_by_label("Reason").fill("Decided by the committee")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a whole number from 30")
    days = 1000 + scripts
    page.get_by_label("How many days").fill(str(days))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Keep raw reports for {days:,} days?")
    if scripts:
        assert axe.violations(page) == []
    assert settings.get_retention(console_runtime).days != days
    page.get_by_role("button", name=f"Keep them for {days:,} days").click()
    expect(page.locator("main")).to_contain_text(f"{days:,} days after they reached us")
    assert settings.get_retention(console_runtime).days == days


def test_axe_finds_nothing_and_nothing_is_cut_off(at_desk: Sit, business: str) -> None:
    page = at_desk(Role.ADMINISTRATOR)
    page.goto("/console/feedback")
    redact = page.get_by_role("link", name="Take this comment away").first.get_attribute("href")
    assert redact is not None
    found = axe.faults_of_pages(
        page,
        ("/console/feedback",),
        ("/console/feedback?rating=1&since=1/1/2020&until=2/1/2020",),
        ("/console/feedback?since=yesterday",),
        (redact,),
        (redact, "Take the comment away"),
        ("/console/settings",),
        ("/console/settings/retention",),
        ("/console/settings/retention", "Go on"),
    )
    assert found == []
