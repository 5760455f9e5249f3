"""Overview, figures and the committee's page in a real browser: axe, narrow screens, the way from figure to rows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from licence_server.domain.roles import Role
from licence_server.services.runtime import Runtime
from tests.support import axe
from tests.support.deployment import workshop
from tests.support.field import behind
from tests.support.server import Server

PAGES = (
    "/console/",
    "/console/figures",
    "/console/figures?by=week",
    "/console/figures/organisations",
    "/console/report",
    "/console/figures?since=x",
)


@pytest.fixture(scope="module", autouse=True)
def _used(console_server: Server, console_runtime: Runtime) -> None:
    deployment = behind(console_server)
    deployment.clock.now = datetime.now(UTC) - timedelta(days=45)
    kit_id = deployment.kit("figures-kit")
    licence = deployment.licence(deployment.organisation("The Figured Bakery", sector="hospitality"), kit_id)
    kit = deployment.installation(deployment.token(licence), kit_id)
    kit.sync(workshop(deployment.clock(), attendee_count=14))
    deployment.close()


def test_axe_finds_nothing_and_nothing_runs_out_of_a_narrow_screen(at_desk: Callable[..., Page]) -> None:
    page = at_desk(Role.VIEWER)
    axe.waits_in(page)
    found = {}
    for path in PAGES:
        page.goto(path)
        found[path] = axe.violations(page)
        page.set_viewport_size({"width": 320, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth > 320"):
            found[path].append("runs out of 320 pixels")
        page.set_viewport_size({"width": 1280, "height": 800})
        for table in page.get_by_role("region").all():
            if table.evaluate("region => region.scrollWidth > region.clientWidth"):
                found[path].append(f"{table.get_attribute('aria-label')} is cut off at 1280 pixels")
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_from_the_overview_to_the_rows_and_to_the_committees_pdf(at_desk: Callable[..., Page], scripts: bool) -> None:
    page = at_desk(Role.VIEWER, scripts)
    page.goto("/console/")
    page.get_by_role("link", name="Attendances").first.click()
    expect(page.get_by_role("rowheader", name="The Figured Bakery")).to_be_visible()
    page.goto("/console/figures?kit=figures-kit")
    page.get_by_label("Over time").select_option("By week")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="By week", exact=True)).to_be_visible()
    assert "by=week" in page.url
    page.goto("/console/report?kit=figures-kit")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Use of the training kit")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")
