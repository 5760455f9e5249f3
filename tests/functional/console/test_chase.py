"""Whom to ring up: each list holds whom it should, and the file equals the screen."""

import csv
import html
import io
import re
from collections.abc import Callable

import pytest

from licence_server.services import audit, chase_lists, licence_acts, licences
from tests.support.deployment import Deployment, Installed, workshop
from tests.support.desk import Desk, words


@pytest.fixture
def trial(deployment: Deployment) -> Callable[..., Installed | None]:
    """An organisation with a trial, activated or not."""
    kit = deployment.kit()

    def _trial(name: str, activated: bool = True) -> Installed | None:
        licence = deployment.licence(deployment.organisation(name), kit)
        return deployment.installation(deployment.token(licence)) if activated else None

    return _trial


def on_screen(desk: Desk, path: str) -> list[list[str]]:
    text = desk.get(path).text
    table = re.search(r"<table.*</table>", text, re.S)
    found = re.findall(r"<tr.*?</tr>", table[0], re.S) if table else []
    return [
        [html.unescape(words(cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in found
    ]


def names(desk: Desk, name: str, more: str = "") -> list[str]:
    return [row[0] for row in on_screen(desk, f"/console/chase?list={name}{more}")[1:]]


def totals(deployment: Deployment) -> dict[str, int]:
    """As the overview shows them, which the lists themselves must bear out."""
    runtime, now = deployment.runtime, deployment.clock()
    counted = chase_lists.totals(runtime, now=now)
    assert counted == {kind: chase_lists.find(runtime, kind, now=now).total for kind in chase_lists.ChaseList}
    return {kind.value: total for kind, total in counted.items()}


def test_each_list_holds_whom_it_should(
    deployment: Deployment, viewer: Desk, trial: Callable[..., Installed | None]
) -> None:
    trial("Never activated", activated=False)
    trial("Never used")
    used, quiet, objects = trial("Used"), trial("Quiet"), trial("Objects")
    assert used is not None
    assert quiet is not None
    assert objects is not None
    for one in (used, quiet):
        one.sync(workshop(deployment.clock()))
    objects.sync(usage_reporting="off")
    assert names(viewer, "never_activated") == ["Never activated"]
    assert names(viewer, "never_used") == ["Never used"]
    assert names(viewer, "quiet") == []
    assert totals(deployment) == {"never_used": 1, "never_activated": 1, "quiet": 0, "ending": 0}

    deployment.clock.advance(days=40)
    viewer = Desk(deployment.app, deployment.runtime, deployment.clock, viewer.role)
    for one in (used, objects):
        one.sync()
    assert names(viewer, "quiet") == ["Never used", "Quiet"]
    assert names(viewer, "quiet", "&days=41") == []
    assert names(viewer, "ending") == []
    assert totals(deployment) == {"never_used": 1, "never_activated": 1, "quiet": 2, "ending": 0}
    deployment.clock.advance(days=10)
    viewer = Desk(deployment.app, deployment.runtime, deployment.clock, viewer.role)
    assert names(viewer, "ending") == ["Never used", "Quiet"]
    assert totals(deployment) == {"never_used": 1, "never_activated": 1, "quiet": 2, "ending": 2}


def test_nobody_is_chased_for_a_licence_that_is_not_in_force(
    deployment: Deployment, viewer: Desk, trial: Callable[..., Installed | None]
) -> None:
    trial("Suspended", activated=False)
    licence = licences.list_page(deployment.runtime, now=deployment.clock(), limit=1, cursor=None).items[0].licence
    licence_acts.suspend(deployment.runtime, licence.id, now=deployment.clock(), actor="test")
    assert names(viewer, "never_activated") == []
    assert set(totals(deployment).values()) == {0}


def test_the_file_equals_the_screen_and_leaves_an_entry(deployment: Deployment, viewer: Desk) -> None:
    kit = deployment.kit()
    for n in range(120):
        organisation = deployment.organisation(f"Business {n:03}", reference=f"B{n}", contact_email=f"o{n}@example.org")
        deployment.licence(organisation, kit)
    shown = [on_screen(viewer, f"/console/chase?list=never_activated&page={page}") for page in (1, 2, 3)]
    answer = viewer.get("/console/chase/never_activated.csv")
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert table == [shown[0][0], *(row for page in shown for row in page[1:])]
    assert len(table) == 121
    assert "120 licences, page 1 of 3" in words(viewer.get("/console/chase?list=never_activated").text)
    entry = audit.list_entries(deployment.runtime, limit=1, cursor=None).items[0]
    assert (entry.action, entry.subject) == ("chase_list_exported", "chase_list:never_activated")
    assert names(viewer, "never_activated", "&page=99") == [row[0] for row in shown[0][1:]]


def test_formulas_are_text_in_the_file(
    deployment: Deployment, viewer: Desk, trial: Callable[..., Installed | None]
) -> None:
    trial("=1+1", activated=False)
    assert "'=1+1" in viewer.get("/console/chase/never_activated.csv").text


def test_the_kit_narrows_the_list(deployment: Deployment, viewer: Desk) -> None:
    one, other = deployment.kit(), deployment.kit("other-kit")
    for kit in (one, other):
        deployment.licence(deployment.organisation(f"Has {kit}"), kit)
    assert names(viewer, "never_activated", f"&kit={other}") == ["Has other-kit"]


def test_an_unknown_kit_is_refused_and_leaves_no_entry(deployment: Deployment, viewer: Desk) -> None:
    """It would stand in the audit log for ever, and might be somebody's name."""
    for path in ("/console/chase?kit=Jane+Smith", "/console/chase/never_used.csv?kit=Jane+Smith"):
        refused = viewer.get(path)
        assert (refused.status_code, "kit_unknown" in refused.text) == (404, True)
    assert audit.list_entries(deployment.runtime, limit=1, cursor=None, action="chase_list_exported").items == []


@pytest.mark.parametrize(
    "query",
    [
        "list=quiet&days=none&page=x",
        "list=quiet&days=-5",
        "list=quiet&days=99999&page=0",
        "list=quiet&days=²",
        f"list=quiet&days={9000 * '0'}1&page={5000 * '9'}",
    ],
)
def test_numbers_that_make_no_sense_are_the_default(viewer: Desk, query: str) -> None:
    assert "for 30 days" in words(viewer.get(f"/console/chase?{query}").text)


def test_an_unknown_list_is_no_page(viewer: Desk) -> None:
    assert viewer.get("/console/chase?list=everyone").status_code == 404
    assert viewer.get("/console/chase/everyone.csv").status_code == 404
