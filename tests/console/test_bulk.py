"""An officer's hundred trials in a real browser, with scripts and without; a viewer may look and no more."""

import csv
import io
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from licence_server.domain.errors import Conflict
from licence_server.domain.roles import Role
from licence_server.services import kits
from licence_server.services.runtime import Runtime
from tests.support import axe

HEAD = "name,contact_email,sector,reference"
KIT = "bulk-kit"


@pytest.fixture(autouse=True)
def kit(console_runtime: Runtime) -> str:
    """A kit to grant; the deployment is shared by the tests of a process."""
    now = datetime.now(UTC)
    with suppress(Conflict):
        kits.add(console_runtime, now=now, actor="test", kit_id=KIT, name="Prevent", items={"film-1": "One"})
    return KIT


def lines(label: str, count: int = 98) -> list[str]:
    return [f"{label} {n},owner{n}@example.org,{label},{label}-{n:03}" for n in range(count)]


def file_of(*rows: str) -> FilePayload:
    content = "\r\n".join((HEAD, *rows)).encode("utf-8-sig")
    return {"name": "businesses.csv", "mimeType": "text/csv", "buffer": content}


def heading(page: Page) -> object:
    return expect(page.get_by_role("heading", level=1))


def figure(page: Page, words: str) -> object:
    return expect(page.locator(".console-figures li").filter(has_text=words).locator("strong"))


def test_a_hundred_trials_from_a_file(at_desk: Callable[..., Page], scripts: bool, tmp_path: Path) -> None:
    label = f"Baker{scripts}"
    page = at_desk(Role.LICENSING_OFFICER, scripts)
    page.goto("/console/")
    page.get_by_role("link", name="Organisations", exact=True).click()
    page.get_by_role("link", name="Import").click()
    page.get_by_label("CSV file").set_input_files(file_of(*lines(label), ",x@example.org,,", "Café,not an address,,"))
    page.get_by_label("Kit", exact=True).select_option("Prevent")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("alert")).to_contain_text("The file has 2 faults")
    expect(page.get_by_role("row", name="100 name Is missing")).to_be_visible()
    expect(page.get_by_role("row", name="101 contact_email Is not an e-mail address")).to_be_visible()

    good = (*lines(label), f"=1+1 {label},x@example.org,,{label}-a", f"Café {label},cafe@example.org,,{label}-b")
    page.get_by_label("CSV file").set_input_files(file_of(*good))
    page.get_by_role("button", name="Check the file").click()
    heading(page).to_have_text("Check the import")
    figure(page, "new, to be imported").to_have_text("100")
    preview = page.url
    # A double click, as impatient people do; then back to the page that is stale by now.
    page.get_by_role("button", name="Import 100 organisations and grant 100 licences").dblclick()
    heading(page).to_have_text("Done")
    page.go_back()
    page.goto(preview)
    heading(page).to_have_text("Done")
    figure(page, "licences granted").to_have_text("100")
    figure(page, "activation tokens issued").to_have_text("100")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the tokens").click()
    saved = tmp_path / "tokens.csv"
    download.value.save_as(saved)
    table = list(csv.reader(io.StringIO(saved.read_bytes().decode("utf-8-sig"), newline="")))
    assert len({row[3] for row in table[1:]}) == 100
    assert sorted(row[0] for row in table[-2:]) == sorted((f"'=1+1 {label}", f"Café {label}"))
    page.get_by_role("link", name="100 letters").click()
    expect(page.locator(".console-letter")).to_have_count(100)
    expect(page.locator(".console-letter").first).to_contain_text(table[1][3])
    assert page_count(page.pdf()) == 100

    page.get_by_role("link", name="Chase lists").click()
    page.get_by_role("link", name="Granted, never activated").click()
    page.get_by_label("Kit", exact=True).select_option("Prevent")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("183 days after activation")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all as CSV").click()
    assert label.encode() in download.value.path().read_bytes()


def page_count(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ")


def test_a_grant_to_one_sector(at_desk: Callable[..., Page], scripts: bool) -> None:
    label = f"Sector{scripts}"
    page = at_desk(Role.LICENSING_OFFICER, scripts)
    page.goto("/console/import")
    page.get_by_label("CSV file").set_input_files(file_of(*lines(label, 3)))
    page.get_by_label("Kit", exact=True).select_option("No kit: import the organisations, grant nothing")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("No trial licences will be granted")).to_be_visible()
    page.get_by_role("button", name="Import 3 organisations").click()
    page.get_by_role("link", name="Bulk grant").click()
    page.get_by_label("Kit", exact=True).select_option("Prevent")
    page.get_by_label("Those of one sector").check()
    page.get_by_label("Sector", exact=True).select_option(f"{label} (3)")
    page.get_by_role("button", name="Look who gets one").click()
    page.get_by_role("button", name="Grant 3 licences").click()
    figure(page, "licences granted").to_have_text("3")


def test_a_viewer_looks_and_no_more(at_desk: Callable[..., Page]) -> None:
    page = at_desk(Role.VIEWER)
    page.goto("/console/chase")
    for name in ("Import", "Bulk grant"):
        expect(page.get_by_role("link", name=name)).to_have_count(0)
    page.get_by_role("link", name="Kits").click()
    expect(page.get_by_role("button", name="Add a kit")).to_have_count(0)
    for path in ("/console/import", "/console/bulk-grant", "/console/add-kit"):
        page.goto(path)
        heading(page).to_have_text("You may not do this")


@pytest.mark.long
def test_axe_finds_nothing(at_desk: Callable[..., Page]) -> None:
    page = at_desk(Role.LICENSING_OFFICER)
    axe.waits_in(page)
    found = {}

    def look(name: str) -> None:
        found[name] = axe.violations(page)

    paths = ["import", "bulk-grant", "kits", f"kits/{KIT}", f"kits/{KIT}/change", "add-kit"]
    for path in (*paths, *(f"chase?list={name}" for name in ("never_used", "never_activated", "quiet", "ending"))):
        page.goto(f"/console/{path}")
        look(path)
    for path, button in (("import", "Check the file"), ("bulk-grant", "Look who gets one"), ("add-kit", "Add the kit")):
        page.goto(f"/console/{path}")
        page.get_by_role("button", name=button).click()
        look(f"{path}, nothing filled in")
    page.goto(f"/console/kits/{KIT}/change")
    page.get_by_label("film-1").fill("")
    page.get_by_role("button", name="Save").click()
    look("an empty title")
    page.goto("/console/import")
    page.get_by_label("CSV file").set_input_files(file_of(",x,,"))
    page.get_by_role("button", name="Check the file").click()
    look("faults of a file")
    page.get_by_label("CSV file").set_input_files(file_of(*lines("Axe", 3)))
    page.get_by_label("Kit", exact=True).select_option("Prevent")
    page.get_by_role("button", name="Check the file").click()
    look("preview")
    page.get_by_role("button", name="Import 3").click()
    look("done")
    page.get_by_role("link", name="3 letters").click()
    look("letters")
    page.goto("/console/bulk-grant")
    page.get_by_label("Kit", exact=True).select_option("Prevent")
    page.get_by_label("Those of a list of references").check()
    page.get_by_label("References", exact=True).fill("Axe-001\nnobody")
    look("bulk-grant, opened")
    page.get_by_role("button", name="Look who gets one").click()
    look("left out and unknown")
    assert {name: faults for name, faults in found.items() if faults} == {}
