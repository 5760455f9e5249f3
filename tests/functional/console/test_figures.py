"""Overview, figures and the committee's page: what is counted, where it leads, what leaves the team."""

import html
import io
import json
import re
from base64 import b64decode
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from openpyxl import load_workbook

from licence_server.services import audit, installations, licence_acts
from tests.support.deployment import KIT_ID, Deployment, Installed, feedback, workshop
from tests.support.desk import Desk, forms, words
from tests.support.trial import three_months


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
    assert "Silent for some time : 2" in said


def test_figures_are_counted_to_the_last_one_and_lead_to_their_rows(used: Deployment, viewer: Desk) -> None:
    desk = fresh(viewer)
    page = desk.get("/console/figures?since=1/3/2026&until=31/3/2026")
    assert page.status_code == 200, page.text
    # Attendances and five other columns, and plays of all films and of each of three, over time and by sector; how
    # often each film was played.
    assert page.text.count("data:image/svg+xml;base64,") == 2 * (6 + 4) + 1
    drawn = re.findall(r'base64,([^"]+)" alt="The first film, plays by sector, drawn', page.text)
    assert "hospitality: 1; retail: 1" in b64decode(drawn[0]).decode()
    drawn = re.findall(r'base64,([^"]+)" alt="Organisations reporting, by month, drawn', page.text)
    assert "Organisations reporting, by month" in b64decode(drawn[0]).decode()
    assert "March 2026: 2" in b64decode(drawn[0]).decode()
    said = words(page.text)
    assert all(part in said for part in ("hospitality", "retail", "March 2026", "could be up to", "Method"))
    address = re.search(r'href="(/console/figures/organisations[^"]*sector=retail[^"]*)"', page.text)
    assert address is not None
    rows = desk.get(address[1].replace("&amp;", "&"))
    assert "Business of retail" in rows.text
    assert "Business of hospitality" not in rows.text
    back = re.search(r'href="([^"]+)">Back to the figures', rows.text)
    assert back is not None
    assert words(desk.get(html.unescape(back[1])).text) == said


@pytest.fixture
def varied(deployment: Deployment) -> dict[str, Installed]:
    """Three months as in `three_months`, and beside them whatever a figure could count wrongly."""
    installed = three_months(deployment)
    clock, kit_id = deployment.clock, KIT_ID
    other = deployment.kit("other-kit")
    for kit, name, sector in ((other, "Other kit", "Retail"), (kit_id, "Dash", "-"), (kit_id, "Opinion", "-")):
        licence = deployment.licence(deployment.organisation(name, sector=sector), kit)
        installed[name] = deployment.installation(deployment.token(licence), kit)
    installed["Other kit"].sync(workshop(clock(), attendee_count=5))
    installed["Dash"].sync(workshop(clock(), 3, attendee_count=6))
    installed["Opinion"].sync(feedback(clock()))
    installed["Elm Couriers"].sync(usage_reporting="off")
    for name, act in (("Alder Hotels", installations.release), ("Birch Cafés", installations.revoke)):
        act(deployment.runtime, UUID(installed[name].id), now=clock(), actor="test")
    unheard = deployment.licence(deployment.organisation("Gone at once", sector="Transport"), kit_id)
    licence_acts.revoke(deployment.runtime, unheard.licence.id, now=clock(), actor="test")
    revoked = deployment.licence(deployment.organisation("Gone later"), kit_id)
    deployment.installation(deployment.token(revoked))
    clock.advance(days=2)
    licence_acts.revoke(deployment.runtime, revoked.licence.id, now=clock(), actor="test")
    deployment.licence(deployment.organisation("To come"), kit_id, first=date(2026, 9, 1))
    return installed


SHOWN = {
    "Attendances": r"([\d,]+) attendances? in",
    "Attendances, at least": r"([\d,]+) attendances? in",
    "Sessions": r"in ([\d,]+) sessions?",
    "Organisations reporting": r"reported by ([\d,]+) organisations?",
    "Pieces of feedback": r"([\d,]+) ratings?,",
    "Reports missing": r"([\d,]+) reports? missing of",
    "Organisations activated": r"([\d,]+) organisations? (?:Export|No)",
    "Organisations with a licence": r"([\d,]+) organisations? (?:Export|No)",
}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "figures",
        f"figures?kit={KIT_ID}",
        f"figures?kit={KIT_ID}&since=10/4/2026&until=31/5/2026",
        "figures?by=week",
        f"figures?by=week&kit={KIT_ID}&since=15/3/2026&until=20/5/2026",
        "figures?kit=other-kit&since=4/6/2026",
        "figures?until=10/3/2026",
    ],
)
def test_every_figure_opens_exactly_the_rows_it_counts(
    varied: dict[str, Installed], viewer: Desk, address: str
) -> None:
    desk = fresh(viewer)
    page = desk.get(f"/console/{address}").text
    facts = re.findall(r"<strong><a[^>]*href=\"([^\"]+)\">([\d,.]+)<span[^>]*> ([^:<]+)", page)
    assert len(facts) >= 10, facts
    wrong = {}
    for link, value, title in facts:
        opened = words(desk.get(html.unescape(link)).text)
        shown = re.search(SHOWN.get(title, r"([\d,]+) installations? (?:Export|No)"), opened)
        if title != "Mean rating of 5" and (shown[1] if shown else "0") != value:
            wrong[title, link] = (value, shown and shown[0])
    assert wrong == {}
    lines = re.finditer(
        r"<tr[^>]*>\s*<th[^>]*><a[^>]*href=\"(/console/figures/organisations[^\"]*)\">([^<]+)</a></th>(.*?)</tr>",
        page,
        re.S,
    )
    crossed = page.find('aria-label="Attendances by sector and')
    films = page.find('aria-label="Films and documents"')
    opened_lines = 0
    for line in lines:
        (link, title, rest), opened_lines = line.groups(), opened_lines + 1
        cells = words(rest).split()
        total = re.search(
            r"Total (?:, all pages )?([\d,]+) ([\d,]+) ([\d,]+) ([\d,]+) ([\d,]+)",
            words(desk.get(html.unescape(link)).text),
        )
        found = list(total.groups()) if total else ["0"] * 5
        # Of months, weeks and sectors the measures; of sectors over time the last cell is the whole; of films, plays.
        if line.start() < crossed:
            assert found[:4] == [*cells[:3], cells[4]], (title, link)
        elif line.start() > films:
            assert found[4] == cells[0], (title, link)
        else:
            assert found[0] == cells[-1], (title, link)
    assert bool(opened_lines) == address.startswith("figures")


def weekly(page: str) -> dict[str, list[str]]:
    """The lines of the table by week."""
    table = re.search(r'aria-label="By week">.*?</table>', page, re.S)
    lines = re.findall(r"<tr[^>]*>\s*<th scope=\"row\"(.*?)</th>(.*?)</tr>", table[0] if table else "", re.S)
    return {words(f"<th{title}</th>"): words(cells).split() for title, cells in lines}


def test_figures_by_week_are_the_rows_of_each_week_and_of_no_other(varied: dict[str, Installed], viewer: Desk) -> None:
    # The last moments of a Sunday on which the clocks went forward, and the first of the Monday after it.
    late, early = datetime(2026, 3, 29, 22, 30, tzinfo=UTC), datetime(2026, 3, 29, 23, 30, tzinfo=UTC)
    varied["Cedar Stores"].sync(workshop(late, 3, attendee_count=7), workshop(early, 4, attendee_count=9))
    desk = fresh(viewer)
    monthly = desk.get("/console/figures?since=18/3/2026&until=20/5/2026").text
    page = desk.get("/console/figures?since=18/3/2026&until=20/5/2026&by=week").text
    # The choice is in the address, and the form says it.
    assert re.search(r'<option[^>]*value="week"[^>]*selected|<option[^>]*selected[^>]*value="week"', page)
    assert "By week" in page
    assert "By month</h2>" not in page
    lines = weekly(page)
    assert list(lines)[:3] == ["18 to 22 March 2026 (in part)", "23 to 29 March 2026", "30 March to 5 April 2026"]
    assert list(lines)[-2:] == ["18 to 20 May 2026 (in part)", "Total"]
    assert len(lines) == 11
    # Attendances, workshops, alone, organisations, feedback, mean, activations: by hand from `three_months`.
    assert lines["18 to 22 March 2026 (in part)"] == ["48", "5", "0", "4", "4", "4.0", "0"]
    assert lines["23 to 29 March 2026"] == ["7", "1", "0", "1", "0", "–", "0"]
    assert lines["30 March to 5 April 2026"] == ["9", "1", "0", "1", "0", "–", "0"]
    assert lines["20 to 26 April 2026"] == ["114", "5", "0", "3", "3", "4.0", "0"]
    assert lines["18 to 20 May 2026 (in part)"] == ["25", "5", "0", "4", "4", "4.0", "0"]
    assert [cells for title, cells in lines.items() if "April" in title and title[0] == "6"] == [["0"] * 5 + ["–", "0"]]
    # What can be added up adds up to the whole, which is the same by month.
    for column in (0, 1, 2, 4, 6):
        parts = [int(cells[column]) for title, cells in lines.items() if title != "Total"]
        assert sum(parts) == int(lines["Total"][column])
    assert re.search(r'aria-label="By month">.*?</table>', monthly, re.S)
    assert " ".join(lines["Total"]) in words(monthly)


def test_what_is_exported_by_week_is_what_the_screen_shows(used: Deployment, viewer: Desk) -> None:
    desk = fresh(viewer)
    screen = desk.get("/console/figures?by=week&since=3/3/2026&until=12/4/2026").text
    form = next(form for form in forms(screen) if "/export/json" in form.action)
    answer = desk.post(form.action, form.fields)
    assert "use-staff-by-week-2026-03-03-2026-04-12.json" in answer.headers["Content-Disposition"]
    tables = {table["key"]: table for table in json.loads(answer.data)["tables"]}
    assert set(tables) == {"weeks", "sectors", "sectors_by_week", "items", "items_by_week", "items_by_sector"}
    shown = weekly(screen)
    assert [row["title"] for row in tables["weeks"]["rows"]] == [title for title in shown if title != "Total"]
    for row in tables["weeks"]["rows"]:
        assert [("–" if cell is None else f"{cell:g}") for cell in row["cells"].values()] == shown[row["title"]]
    # March began on a Sunday, and the deployment on Monday, 2 March; the fields begin on a Tuesday.
    assert [row["key"] for row in tables["weeks"]["rows"]] == [f"2026-W{number}" for number in range(10, 16)]
    entry = audit.list_entries(used.runtime, limit=1, cursor=None).items[0]
    assert json.loads(entry.after or "{}")["by"] == "week"
    assert desk.get("/console/figures?by=day").status_code == 422


def test_nothing_published_can_be_had_by_week(used: Deployment, viewer: Desk) -> None:
    """Weeks beside months would give suppressed counts away: one less the other is a small number."""
    desk = fresh(viewer)
    for period in ("", "month=2026-03&"):
        plain = desk.get(f"/console/report?{period}")
        asked = desk.get(f"/console/report?{period}by=week")
        assert words(asked.text) == words(plain.text)
        assert "week" not in words(re.split(r">Method</h2>", asked.text)[0]).lower()
        form = next(form for form in forms(plain.text) if "/export/json" in form.action)
        files = [
            desk.post(f"{form.action}{'&' if '?' in form.action else '?'}{asked}", form.fields).json
            for asked in ("", "by=week")
        ]
        assert files[0] == files[1]
        assert files[0] is not None
        assert not [table["key"] for table in files[0]["tables"] if "week" in table["key"]]
    for month in ("2026-W10", "2026-03-02"):
        assert desk.get(f"/console/report?month={month}").status_code == 422
    assert desk.post("/console/figures/export/pdf?by=week", form.fields).status_code == 422


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
    assert "Last report received 2 March 2026 The day of its arrival." in words(page.text)
    assert desk.get("/console/report").status_code == 200
    running = desk.get("/console/report?month=2026-04")
    assert (running.status_code, "April 2026 is not over" in words(running.text)) == (422, True)


def test_the_day_of_the_last_report_is_one_of_the_services_zone(deployment: Deployment, viewer: Desk) -> None:
    deployment.clock.now = datetime(2026, 3, 30, 23, 30, tzinfo=UTC)
    deployment.installation().sync(workshop(deployment.clock()))
    deployment.clock.advance(days=5)
    said = words(fresh(viewer).get("/console/report?month=2026-03").text)
    assert "Last report received 31 March 2026 The day of its arrival." in said


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
    page = viewer.get("/console/report")
    assert (page.status_code, "no kit yet" in words(page.text)) == (200, True)


def test_before_a_month_of_use_is_over_the_committees_page_says_so_in_one_line(
    deployment: Deployment, viewer: Desk
) -> None:
    kit = deployment.installation()
    deployment.clock.advance(days=40)
    for uses in (False, True):
        if uses:
            kit.sync(workshop(deployment.clock()))
        page = fresh(viewer).get("/console/report")
        assert (page.status_code, "There is a problem" in page.text) == (200, False)
        assert "The first report can be made when a month with use is over" in words(page.text)
    deployment.clock.advance(days=40)
    page = fresh(viewer).get("/console/report")
    # March was of the trial and without use, May is not over.
    assert re.findall(r'value="(2026-\d\d)"', page.text) == ["2026-04"]
    assert "Total" in words(page.text)
