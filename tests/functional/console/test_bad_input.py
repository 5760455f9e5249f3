"""What no page of ours sends is refused in words, on both databases."""

import os
import re
import uuid
from pathlib import Path

import pytest

from licence_server.console import assets
from tests.support.deployment import KIT_ID, Deployment
from tests.support.desk import Desk, forms, words


@pytest.mark.parametrize(
    "path",
    [
        "/console/kits/a%00b",
        "/console/kits/%00/change",
        "/console/chase?kit=%00",
        "/console/organisations?sector=%00",
        "/console/figures/organisations?sector=a%00",
        "/console/audit?about=a&about=%00",
        "/console/?%00=a",
        "/console/%00",
        "/console/assets/%00",
    ],
)
def test_a_nul_in_the_address(viewer: Desk, path: str) -> None:
    refused = viewer.get(path)
    assert (refused.status_code, "nul_refused" in refused.text) == (400, True)


def test_a_nul_in_a_form(deployment: Deployment, officer: Desk, desk: object) -> None:
    stranger = Desk(deployment.app, deployment.runtime, deployment.clock, None)
    for refused in (
        stranger.submit("/console/sign-in", email="a\x00b@example.org", password="x"),
        officer.submit("/console/organisations/add", name="Baker\x00"),
        officer.submit("/console/organisations/add", **{"name": "Baker", "a\x00": ""}),
        officer.submit("/console/bulk-grant", whom="references", references="R1\nR\x002"),
    ):
        assert (refused.status_code, "nul_refused" in refused.text) == (400, True)


@pytest.mark.parametrize("name", ["x" * 5000, "..", "console.css/x", "%5c..%5cassets.py", "static"])
def test_only_assets_are_handed_out(viewer: Desk, name: str) -> None:
    with viewer.get("/console/assets/console.css") as asset:
        assert (asset.status_code, asset.mimetype) == (200, "text/css")
    assert viewer.get(f"/console/assets/{name}").status_code in (302, 404)


def test_a_style_that_changed_is_found_elsewhere(viewer: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def address() -> str:
        return re.findall(r'href="(/console/assets/console.css[^"]*)"', viewer.get("/console/").text)[0]

    monkeypatch.setattr(assets, "_OURS", tmp_path)
    style = tmp_path / "console.css"
    style.write_text("old")
    old = address()
    os.utime(style, (1, 1))
    with viewer.get(address()) as found:
        assert (address() != old, found.text) == (True, "old")


@pytest.mark.parametrize("version", [None, "", "²", "1 ", "x", "-1", 5000 * "1"])
def test_a_version_that_is_missing_or_unreadable_is_an_old_one(
    deployment: Deployment, officer: Desk, version: str | None
) -> None:
    licence = deployment.licence(deployment.organisation(), deployment.kit())
    organisation = licence.licence.organisation_id
    licence_path = f"/console/licences/{licence.licence.id}"
    suspended = officer.submit(f"{licence_path}/suspend", reason="unpaid")
    undo = next(form.action for form in forms(officer.get(suspended.location).text) if "/undo/" in form.action)
    for path, from_page, fields, status in (
        (f"/console/kits/{KIT_ID}/change", f"/console/kits/{KIT_ID}/change", {"name": "Mine"}, 422),
        (f"{licence_path}/terms", f"{licence_path}/terms", {"reason": "x", "seat_limit": "3"}, 412),
        (f"{licence_path}/extend", f"{licence_path}/extend", {"reason": "x", "until": "1/1/2030"}, 412),
        (f"/console/organisations/{organisation}/edit", f"/console/organisations/{organisation}/edit", {}, 412),
        (undo, suspended.location, {}, 412),
    ):
        form = next(form for form in forms(officer.get(from_page).text) if "version" in form.fields)
        sent = {**form.fields, **fields, "version": version, "submission": str(uuid.uuid4())}
        refused = officer.post(path, {name: value for name, value in sent.items() if value is not None})
        assert (refused.status_code, "changed" in words(refused.text)) == (status, True), path


def test_a_search_of_the_log_has_an_end(viewer: Desk) -> None:
    refused = viewer.get(f"/console/audit?about={201 * 'x'}")
    assert (refused.status_code, "at most 200 characters" in refused.text) == (422, True)
    assert viewer.get(f"/console/audit?about={200 * 'x'}").status_code == 200
