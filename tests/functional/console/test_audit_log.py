"""The audit log in words: who, what, about whom; its filters, its file, its chain."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from licence_server.domain.roles import Role
from licence_server.models import AuditEntry, AuditHead
from licence_server.services import audit, audit_checks, licence_acts, organisations, people
from tests.support.deployment import ACTOR, Deployment
from tests.support.desk import Desk, words


@pytest.fixture
def history(deployment: Deployment, officer: Desk) -> Any:
    """A business that an officer has granted a licence, and suspended later; another business."""
    organisation = deployment.organisation("Baker & Sons", contact_email="jo@baker.example")
    licence = deployment.licence(organisation, seats=5)
    deployment.organisation("Cooper Ltd")
    deployment.clock.advance(days=3)
    officer_id = next(
        row.id for row in people.list_all(deployment.runtime) if row.email == "licensing_officer@example.org"
    )
    licence_acts.suspend(
        deployment.runtime, licence.licence.id, now=deployment.clock(), actor=f"person:{officer_id}", reason="=1+1"
    )
    return licence.licence


def entries(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"Entry ([0-9,]+)</span>", page)]


def table(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def export(desk: Desk, query: str = "") -> Any:
    page = desk.get(f"/console/audit{query}")
    action = re.search(r'action="(/console/audit/export[^"]*)"', page.text).group(1).replace("&amp;", "&")
    return desk.submit(f"/console/audit{query}", action=action.replace("&", "&"))


def test_an_act_is_told_in_words(history: Any, viewer: Desk) -> None:
    said = words(viewer.get("/console/audit?action=licence_suspended").text)
    for part in ("licensing_officer@example.org", "Licence suspended", "a licence of Baker &amp; Sons", "Reason: =1+1"):
        assert part in said, part
    assert "Suspended at: 5 March 2026, 09:00" in said
    assert "Seat limit" not in said.split("Changes")[1], "what did not change is not told"


def test_contact_details_are_not_in_it(history: Any, deployment: Deployment, viewer: Desk) -> None:
    organisations.update(
        deployment.runtime,
        history.organisation_id,
        {"contact_email": "new@baker.example"},
        now=deployment.clock(),
        actor=ACTOR,
    )
    page = viewer.get("/console/audit").text
    assert "baker.example" not in page
    assert page.count("Contact email (kept as a hash)") == 2


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("?action=licence_granted", ["Licence granted"]),
        ("?about=baker", ["Licence suspended", "Licence granted", "Organisation added"]),
        ("?about=BAKER+%26&action=organisation_added", ["Organisation added"]),
        ("?since=5/3/2026", ["Licence suspended"]),
        ("?until=2026-03-04&about=cooper", ["Organisation added"]),
        ("?about=nobody", []),
    ],
)
def test_the_filters(history: Any, viewer: Desk, query: str, actions: list[str]) -> None:
    page = viewer.get(f"/console/audit{query}").text
    body = page.partition("<tbody")[2]
    found = [cell for cell in re.findall(r'__cell">([A-Z][^<]+)</td>', body) if " " in cell]
    assert found == actions


def test_by_who_did_it_and_by_one_thing(history: Any, deployment: Deployment, viewer: Desk) -> None:
    officer = next(row for row in people.list_all(deployment.runtime) if row.role == Role.LICENSING_OFFICER.value)
    assert len(entries(viewer.get(f"/console/audit?actor=person:{officer.id}").text)) == 1
    assert len(entries(viewer.get(f"/console/audit?about=licence:{history.id}").text)) == 2
    assert len(entries(viewer.get(f"/console/audit?about={history.id}").text)) == 2


def test_a_kit_in_the_field_is_found_by_its_id_though_the_log_keeps_a_hash(
    deployment: Deployment, viewer: Desk
) -> None:
    installed = deployment.installation()
    for about in (installed.id, f"installation:{installed.id}"):
        page = viewer.get(f"/console/audit?about={about}&actor=installation").text
        assert (len(entries(page)), "an installation (…" in page) == (1, True)
    assert installed.id not in page.replace(f"installation:{installed.id}", "").replace(f'value="{about}"', "")


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("since=32/3/2026", "From must be a day"),
        ("since=2/3/2026&until=1/3/2026", "To lies before from"),
        ("since=1/1/1800", "From out of range"),
        ("action=nothing_of_ours", "Not a valid choice"),
        ("actor=person:eve", "Not a valid choice"),
        ("about=a%07b", "Enter a name or an id in one line"),
    ],
)
def test_a_filter_that_cannot_be_read_says_so(viewer: Desk, query: str, fault: str) -> None:
    answer = viewer.get(f"/console/audit?{query}")
    assert (answer.status_code, fault in words(answer.text)) == (422, True)


@pytest.mark.parametrize("cursor", ["x", "%3Ei:99999999999999999999999", "%3Es:~", "%07"])
def test_a_foreign_cursor_is_refused(viewer: Desk, cursor: str) -> None:
    assert viewer.get(f"/console/audit?cursor={cursor}").status_code == 422


def test_pages_show_every_entry_once(deployment: Deployment, viewer: Desk) -> None:
    for number in range(120):
        deployment.organisation(f"Number {number}")
    seen, path = [], "/console/audit"
    while path:
        page = viewer.get(path).text
        seen += entries(page)
        older = re.search(r'href="([^"]*cursor=[^"]*)"[^>]*rel="next"', page)
        path = older.group(1).replace("&amp;", "&") if older else ""
    assert seen == list(range(121, 0, -1))


@pytest.mark.parametrize("query", ["", "?about=baker", "?action=licence_suspended"])
def test_the_file_holds_what_the_page_shows(history: Any, deployment: Deployment, viewer: Desk, query: str) -> None:
    shown = entries(viewer.get(f"/console/audit{query}").text)
    answer = export(viewer, query)
    rows = table(answer)
    assert [int(row["Number"]) for row in rows] == shown
    assert "attachment" in answer.headers["Content-Disposition"]
    suspended = rows[0]
    assert suspended["Reason"] == "'=1+1", "no spreadsheet takes it for a formula"
    assert suspended["Changes"] == "Suspended at: 5 March 2026, 09:00"
    newest = audit.list_entries(deployment.runtime, limit=1, cursor=None).items[0]
    assert newest.action == "audit_log_exported"
    assert json.loads(newest.after)["about"] is query.startswith("?about")
    assert "baker" not in newest.after, "what was typed may be somebody's name"


def test_a_file_longer_than_a_chunk_has_no_gap(deployment: Deployment, viewer: Desk) -> None:
    acts = [audit.Act("deployment") for _ in range(2500)]
    with deployment.runtime.database.writing() as session:
        audit.record_many(deployment.runtime, session, acts, now=deployment.clock(), actor=ACTOR, action="drill")
    rows = table(export(viewer))
    assert [int(row["Number"]) for row in rows] == list(range(2501, 0, -1))


def verify(desk: Desk, head: str = "") -> Any:
    return desk.submit("/console/audit/chain", action="", head=head)


def test_a_sound_chain(deployment: Deployment, viewer: Desk) -> None:
    assert "has not been verified yet" in viewer.get("/console/audit").text
    head = re.search(r"console-secret--small\">([^<]+)<", viewer.get("/console/audit/chain").text).group(1)
    assert head == str(audit.read_head(deployment.runtime))
    deployment.organisation()
    said = words(verify(viewer, f"  {head.upper()} ").text)
    assert "still holds the head you entered" in said
    assert "all 2 entries are as they were written" in words(viewer.get("/console/audit").text)


def test_a_head_that_cannot_be_read(viewer: Desk) -> None:
    answer = verify(viewer, "12")
    assert (answer.status_code, "A head is written" in answer.text) == (422, True)


def test_a_mistyped_head_does_not_make_the_log_look_broken(deployment: Deployment, viewer: Desk) -> None:
    assert "is not in the log" in words(verify(viewer, "1:" + "0" * 64).text)
    last = audit_checks.read_last(deployment.runtime)
    assert last is not None
    assert last.holds


def test_an_edited_entry_is_found_and_stays_on_the_page(deployment: Deployment, viewer: Desk) -> None:
    deployment.organisation()
    with deployment.runtime.database.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.number == 1).values(actor="somebody else"))
    said = words(verify(viewer).text)
    assert "is not as it was written" in said.replace("<em>", "").replace("</em>", "")
    assert "entry 1 was edited" in said
    assert "entry 1 was edited" in words(viewer.get("/console/audit").text)


def test_a_tail_cut_off_is_found_with_a_head_noted_earlier(deployment: Deployment, viewer: Desk) -> None:
    deployment.organisation()
    noted = audit.read_head(deployment.runtime)
    with deployment.runtime.database.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.number == noted.number))
        left = session.query(AuditEntry).order_by(AuditEntry.number.desc()).first()
        session.execute(update(AuditHead).values(number=left.number, hash=left.hash))
    assert "Every entry is as it was written" in words(verify(viewer).text)
    assert "The head you entered is not in the log" in words(verify(viewer, str(noted)).text)


def test_two_who_verify_at_once_both_get_an_answer(deployment: Deployment) -> None:
    for _ in range(2):
        assert audit_checks.check(deployment.runtime, now=deployment.clock(), actor=ACTOR).faults == []
    deployment.clock.now += timedelta(hours=1)
    audit_checks.check(deployment.runtime, now=deployment.clock(), actor=ACTOR)
    with deployment.runtime.database.reading() as session:
        count = session.scalar(text("SELECT count(*) FROM setting WHERE name = 'audit_checked'"))
    assert count == 1
