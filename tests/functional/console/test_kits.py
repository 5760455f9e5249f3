"""Kits: listed, looked at, added, changed."""

import html
import re

from licence_server.console.lists import PAGE
from licence_server.services import kits, licence_acts
from tests.support.deployment import KIT_ID, Deployment, workshop
from tests.support.desk import Desk, forms, words


def test_a_kits_page_says_how_it_stands(deployment: Deployment, viewer: Desk) -> None:
    deployment.installation().sync(workshop(deployment.clock()))
    assert f"Kit {KIT_ID} 3 1 1" in words(viewer.get("/console/kits").text)
    text = words(viewer.get(f"/console/kits/{KIT_ID}").text)
    assert "1 licence in force" in text
    assert "The first film film-1 1 1 0.1" in text
    assert "1.0 1 2 March 2026" in text
    assert "Change titles" not in text
    assert viewer.get("/console/kits/unknown").status_code == 404


def test_an_installation_whose_licence_was_revoked_is_not_in_use(deployment: Deployment, viewer: Desk) -> None:
    deployment.kit()
    ended, lasting = (deployment.licence(deployment.organisation(name), KIT_ID) for name in ("Ended", "Lasting"))
    for licence in (ended, lasting):
        deployment.installation(deployment.token(licence))
    licence_acts.revoke(deployment.runtime, ended.licence.id, now=deployment.clock(), actor="test")
    assert f"Kit {KIT_ID} 3 2 1" in words(viewer.get("/console/kits").text)
    text = words(viewer.get(f"/console/kits/{KIT_ID}").text)
    assert "Version Installations in use Newest sync 1.0 1 " in text


def test_add_a_kit(deployment: Deployment, officer: Desk) -> None:
    done = officer.submit("/console/add-kit", name="Kit", kit_id="new-kit", items="a = One\r\n\r\nb=Two = too\r\n")
    assert done.location == "/console/kits/new-kit"
    added = kits.get(deployment.runtime, "new-kit")
    assert [(item.item_id, item.title) for item in added.items] == [("a", "One"), ("b", "Two = too")]
    taken = officer.submit("/console/add-kit", name="Kit", kit_id="new-kit")
    assert (taken.status_code, "There is a kit new-kit already" in taken.text) == (422, True)
    assert "must be 1 to 64" in officer.submit("/console/add-kit", name="Kit", kit_id="New kit").text
    wrong = officer.submit("/console/add-kit", name="Kit", kit_id="k", items="One\n")
    assert "Line 1 needs a short name, an equals sign and a title" in wrong.text


def test_retitle_and_add(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    fields = {"title-film-1": "Renamed", "items": "film-9 = The ninth"}
    done = officer.submit(f"/console/kits/{KIT_ID}/change", name="Other name", **fields)
    assert done.location == f"/console/kits/{KIT_ID}"
    kit = kits.get(deployment.runtime, KIT_ID)
    assert (kit.name, kit.items[0].title, kit.items[-1].item_id) == ("Other name", "Renamed", "film-9")
    empty = officer.submit(f"/console/kits/{KIT_ID}/change", **{"title-film-1": " "})
    assert (empty.status_code, "The title is empty" in empty.text) == (422, True)
    again = officer.submit(f"/console/kits/{KIT_ID}/change", items="film-9 = Again")
    assert "The short name film-9 is in the kit already" in again.text


def test_a_stale_page_is_told_and_keeps_what_was_typed(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    path = f"/console/kits/{KIT_ID}/change"
    form = next(form for form in forms(officer.get(path).text) if "sign-out" not in form.action)
    officer.submit(path, name="Somebody else’s")
    stale = officer.post(path, {**form.fields, "name": "Mine"})
    assert (stale.status_code, "Somebody else has changed" in stale.text) == (422, True)
    assert 'value="Mine"' in stale.text


def test_more_kits_than_a_page_holds(deployment: Deployment, viewer: Desk) -> None:
    for number in range(PAGE + 1):
        deployment.kit(f"kit-{number:03}")
    first = viewer.get("/console/kits")
    following = re.findall(r'href="(/console/kits\?cursor=[^"]+)"', first.text)
    assert len(following) == 1
    second = viewer.get(html.unescape(following[0]))
    assert ("kit-000" in first.text, "kit-000" in second.text) == (True, False)
    back = re.findall(r'href="(/console/kits\?cursor=[^"]+)"', second.text)
    assert words(viewer.get(html.unescape(back[0])).text) == words(first.text)
