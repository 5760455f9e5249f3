"""Overview, figures and the committee's page: what is counted, where it leads, what leaves the team."""

import io
import json
import re

import pytest
from openpyxl import load_workbook

from licence_server.services import audit
from tests.support.deployment import Deployment, workshop
from tests.support.desk import Desk, forms, words


@pytest.fixture
def used(deployment: Deployment) -> Deployment:
    """A workshop of 14 in March, one of 3 in another sector; it is April now."""
    kit_id = deployment.kit()
    for sector, attendees in (("hospitality", 14), ("retail", 3)):
        organisation = deployment.organisation(f"Business of {sector}", sector=sector)
        kit = deployment.installation(deployment.token(deployment.licence(organisation, kit_id)))
        kit.sync(workshop(deployment.clock(), attendee_count=attendees))
    deployment.clock.advance(days=40)
    return deployment


def fresh(desk: Desk) -> Desk:
    """The same person, signed in again after the clock went on."""
    return Desk(desk.app, desk.runtime, desk.clock, desk.role)


def test_the_overview_leads_to_the_figures_and_says_what_they_cover(used: Deployment, viewer: Desk) -> None:
    page = fresh(viewer).get("/console/")
    said = words(page.text)
    assert page.status_code == 200
    assert "17 Attendances" in said
    assert "Last report received" in said
    assert "Gone quiet : 2" in said


def test_figures_are_counted_to_the_last_one_and_lead_to_their_rows(used: Deployment, viewer: Desk) -> None:
    desk = fresh(viewer)
    page = desk.get("/console/figures?since=1/3/2026&until=31/3/2026")
    assert page.status_code == 200, page.text
    assert page.text.count("data:image/svg+xml;base64,") >= 2
    said = words(page.text)
    assert all(part in said for part in ("hospitality", "retail", "March 2026", "could be up to", "Method"))
    address = re.search(r'href="(/console/figures/organisations[^"]*sector=retail[^"]*)"', page.text)
    assert address is not None
    rows = desk.get(address[1].replace("&amp;", "&"))
    assert "Business of retail" in rows.text
    assert "Business of hospitality" not in rows.text


def test_a_period_that_is_none_is_said_at_its_field(used: Deployment, viewer: Desk) -> None:
    page = fresh(viewer).get("/console/figures?since=2/3/2026&until=1/3/2026")
    assert (page.status_code, "before" in words(page.text)) == (422, True)
    assert fresh(viewer).get("/console/figures?since=never").status_code == 422


def test_the_committees_page_suppresses_and_only_whole_months_have_one(used: Deployment, viewer: Desk) -> None:
    desk = fresh(viewer)
    page = desk.get("/console/report?month=2026-03")
    assert page.status_code == 200, page.text
    assert "fewer than 5" in page.text
    assert ">14<" not in page.text
    assert ">17<" not in page.text
    assert desk.get("/console/report").status_code == 200
    assert desk.get("/console/report?month=2026-04").status_code == 422


@pytest.mark.parametrize("name", ["json", "csv", "xlsx", "pdf"])
def test_a_file_says_what_the_screen_says_and_the_log_knows_who_took_it(
    used: Deployment, viewer: Desk, name: str
) -> None:
    desk = fresh(viewer)
    screen = desk.get("/console/report?month=2026-03")
    form = next(form for form in forms(screen.text) if f"/export/{name}" in form.action)
    answer = desk.post(form.action, form.fields)
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["Content-Disposition"]
    entry = audit.list_entries(used.runtime, limit=1, cursor=None).items[0]
    assert (entry.action, entry.actor.partition(":")[0]) == ("report_exported", "person")
    shown = set(re.findall(r"<td[^>]*console-number[^>]*>([^<]*)<", screen.text))
    if name == "json":
        document = json.loads(answer.data)
        cells = {cell for table in document["tables"] for row in table["rows"] for cell in row["cells"].values()}
        assert {"–" if cell is None else f"{cell:,}" if not isinstance(cell, str) else cell for cell in cells} <= shown
    elif name == "xlsx":
        assert "fewer than 5" in {
            cell for sheet in load_workbook(io.BytesIO(answer.data)) for row in sheet.values for cell in row
        }
    elif name == "csv":
        assert "fewer than 5" in answer.text
    else:
        assert answer.data.startswith(b"%PDF-")


def test_without_the_form_nothing_leaves(used: Deployment, viewer: Desk) -> None:
    desk = fresh(viewer)
    assert desk.post("/console/report/export/pdf?month=2026-03", {}).status_code == 400
    form = next(form for form in forms(desk.get("/console/report").text) if "/export/pdf" in form.action)
    assert desk.post(form.action.replace("/pdf", "/exe"), form.fields).status_code == 422


def test_nothing_to_count_is_a_page_too(deployment: Deployment, viewer: Desk) -> None:
    assert viewer.get("/console/").status_code == 200
    assert viewer.get("/console/figures").status_code == 200
    # Without a kit there is nothing to publish, and the page says so.
    assert viewer.get("/console/report").status_code in (200, 422)
