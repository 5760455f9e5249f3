"""An officer's day with one organisation in a real browser, with scripts and without; what a viewer sees; axe."""

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from licence_server.domain.errors import Conflict
from licence_server.domain.licence import LicenceTerms
from licence_server.domain.roles import Role
from licence_server.services import activation_tokens, kits, licences, organisations
from licence_server.services.runtime import Runtime
from tests.console.conftest import PICTURES
from tests.support import axe
from tests.support.deployment import ITEMS, KIT_ID, activation_body
from tests.support.field import post
from tests.support.server import Server


@pytest.fixture
def business(console_runtime: Runtime) -> str:
    """The name of an organisation that nobody else uses; there is a kit to license."""
    now = datetime.now(UTC)
    with contextlib.suppress(Conflict):
        kits.add(console_runtime, now=now, actor="test", kit_id=KIT_ID, name="Prevent for business", items=ITEMS)
    name = f"Harbour Bakery {uuid4().hex[:6]}"
    organisations.add(
        console_runtime, now=now, actor="test", name=name, sector="Hospitality", reference=uuid4().hex[:8]
    )
    return name


def open_by_search(page: Page, name: str) -> None:
    page.goto("/console/organisations")
    page.get_by_label("Name or reference").fill(name.upper())
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def picture(page: Page, name: str) -> None:
    """The page at a desk and on a phone; pictures of it, if asked to, for people to look at."""
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        # WCAG 1.4.10: no scrolling in two directions at 320 CSS pixels, tables apart.
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        if PICTURES is not None:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_an_officer_grants_issues_suspends_undoes_and_revokes(
    at_desk: Callable[..., Page], console_server: Server, business: str, scripts: bool
) -> None:
    page = at_desk(Role.LICENSING_OFFICER, scripts)
    open_by_search(page, business)
    page.get_by_role("button", name="Grant a licence").click()
    # Other tests add kits to the same server; with one kit alone there is nothing to choose.
    for choice in page.locator(f"input[type=radio][name=kit][value='{KIT_ID}']").all():
        choice.check()
    page.get_by_label("Seats").fill("many")
    page.get_by_role("button", name="Grant the licence").click()
    expect(page.get_by_role("alert")).to_contain_text("must be a whole number")
    page.get_by_label("Seats").fill("5")
    page.get_by_role("button", name="Grant the licence").click()
    expect(page.locator(".govuk-notification-banner")).to_contain_text("The licence was granted")

    page.get_by_role("button", name="Issue an activation token").click()
    page.get_by_role("button", name="Issue the token").click()
    secret = page.locator(".console-secret").inner_text()
    page.emulate_media(media="print")
    expect(page.get_by_alt_text("QR code of the activation token")).to_be_visible()
    expect(page.get_by_text("The token is shown this once")).to_be_hidden()
    page.emulate_media(media="screen")
    expect(page.get_by_role("button", name="Print the letter")).to_have_count(1 if scripts else 0)
    assert post(f"{console_server.url}/api/v1/activations", activation_body(secret, str(uuid4())))[0] == 201
    page.get_by_role("link", name="Back to the licence").click()
    expect(page.locator("main")).not_to_contain_text(secret)

    page.get_by_role("button", name="Suspend").click()
    expect(page.locator("main")).to_contain_text("1 installation stops at once")
    page.get_by_label("Reason").fill("unpaid")
    page.get_by_role("button", name="Suspend the licence").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".govuk-notification-banner")).to_contain_text("That was undone")
    expect(page.locator(".govuk-summary-list")).to_contain_text("Active")

    page.get_by_role("button", name="Revoke").click()
    page.get_by_label("Reason").fill("closed down")
    page.get_by_role("button", name="Revoke the licence").click()
    expect(page.locator(".govuk-notification-banner")).to_contain_text("The licence was revoked")
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)
    # The back button finds no form any more, but the licence as it is.
    page.go_back()
    expect(page.get_by_role("button", name="Revoke the licence")).to_have_count(0)
    expect(page.locator(".govuk-summary-list")).to_contain_text("Revoked")


def test_a_viewer_finds_everything_and_has_no_buttons(
    at_desk: Callable[..., Page], console_runtime: Runtime, business: str, scripts: bool
) -> None:
    licence(console_runtime, business)
    page = at_desk(Role.VIEWER, scripts)
    open_by_search(page, business)
    expect(page.locator("main .govuk-button")).to_have_count(0)
    page.get_by_role("link", name=", trial").click()
    expect(page.locator("main .govuk-button")).to_have_count(0)
    page.goto("/console/organisations?sector=Hospitality")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert business in download.value.path().read_text("utf-8-sig")


def test_a_page_of_the_past_and_another_officer(at_desk: Callable[..., Page], business: str, scripts: bool) -> None:
    first, second = (
        at_desk(Role.LICENSING_OFFICER, scripts, f"{name}-{uuid4().hex[:6]}@example.org") for name in ("olga", "oscar")
    )
    for page in (first, second):
        open_by_search(page, business)
        page.get_by_role("button", name="Change these details").click()
    first.get_by_label("Sector").fill("Retail")
    first.get_by_role("button", name="Save").click()
    second.get_by_label("Sector").fill("Food")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("alert")).to_contain_text("Somebody else has changed this")
    expect(second.get_by_label("Sector")).to_have_value("Food")
    if scripts:
        assert axe.violations(second) == []
        picture(second, "organisation-stale")
    second.get_by_role("button", name="Save").click()
    expect(second.locator(".govuk-summary-list")).to_contain_text("Food")


def licence(runtime: Runtime, business: str) -> str:
    """The id of a new licence with a token."""
    now = datetime.now(UTC)
    found = organisations.list_page(runtime, limit=1, cursor=None, search=business).items[0]
    granted = licences.grant(
        runtime, now=now, actor="test", organisation_id=found.id, kit_id=KIT_ID, terms=LicenceTerms(seat_limit=50)
    )
    activation_tokens.issue(runtime, granted.licence.id, now=now, actor="test")
    return str(granted.licence.id)


@pytest.mark.long
def test_axe_finds_nothing_on_the_pages_of_licensing(
    at_desk: Callable[..., Page], console_runtime: Runtime, console_server: Server, business: str
) -> None:
    granted = licence(console_runtime, business)
    page, found = at_desk(Role.LICENSING_OFFICER), {}
    axe.waits_in(page)

    def look(name: str) -> None:
        found[name] = axe.violations(page)
        picture(page, name)

    page.goto(f"/console/licences/{granted}/tokens/issue")
    look("token-form")
    page.get_by_role("button", name="Issue the token").click()
    secret = page.locator(".console-secret").inner_text()
    look("token-letter")
    for _ in range(3):
        post(f"{console_server.url}/api/v1/activations", activation_body(secret, str(uuid4())))

    open_by_search(page, business)
    look("organisation")
    address = page.url
    page.goto(f"{address}/grant")
    look("grant")
    page.get_by_label("Seats").fill("x")
    page.get_by_label("On one day").check()
    page.get_by_role("button", name="Grant the licence").click()
    look("grant-faults")
    for name, path in (
        ("organisations", "/console/organisations"),
        ("organisations-none", "/console/organisations?search=nobody-at-all"),
        ("organisations-fault", "/console/organisations?days=many"),
        ("organisation-add", "/console/organisations/add"),
        ("organisation-edit", f"{address}/edit"),
        ("organisation-history", f"{address}/history"),
        ("revoke-all", f"{address}/revoke-all"),
        ("installations", "/console/installations"),
        ("installations-none", "/console/installations?state=declined"),
        *((f"licence-{act}", f"/console/licences/{granted}/{act}") for act in ("suspend", "extend", "terms", "revoke")),
    ):
        page.goto(path)
        look(name)
    page.goto("/console/installations")
    page.get_by_role("link", name="Release").first.click()
    look("installation-release")
    page.get_by_role("button", name="Release the installation").click()
    look("installation-fault")
    page.goto(f"/console/licences/{granted}")
    page.get_by_role("link", name=re.compile("Revoke token")).first.click()
    look("token-revoke")
    page.goto(f"/console/licences/{granted}/suspend")
    page.get_by_label("Reason").fill("unpaid")
    page.get_by_role("button", name="Suspend the licence").click()
    look("licence-suspended")
    page.get_by_role("button", name="Reinstate").click()
    look("licence-reinstate")
    assert {name: faults for name, faults in found.items() if faults} == {}
