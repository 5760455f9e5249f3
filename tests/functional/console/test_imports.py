"""Import a CSV: checked, previewed, confirmed, once; with trials and activation tokens."""

import csv
import io
import re
from functools import partial
from typing import Any

import pytest
from werkzeug.test import TestResponse

from licence_server.console.grant_form import NOTHING
from licence_server.models import ActivationToken, Licence
from licence_server.services import audit, bulk_jobs, bulk_selections, housekeeping, licences, organisations
from licence_server.services.bulk_jobs import BATCH
from tests.support.deployment import KIT_ID, Deployment
from tests.support.desk import ORIGIN, Desk, forms, words
from tests.support.field import at_once

HEAD = "name,contact_email,sector,reference"


def upload(desk: Desk, *lines: str, head: str = HEAD, **fields: Any) -> TestResponse:
    """Without a kit, grant nothing."""
    return send(desk, "\r\n".join((head, *lines)).encode("utf-8-sig"), **fields)


def send(desk: Desk, content: bytes, **fields: Any) -> TestResponse:
    chosen = {"kit_id": NOTHING, **fields}
    return desk.submit("/console/import", file=(io.BytesIO(content), "businesses.csv"), **chosen)


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def names(deployment: Deployment) -> list[str]:
    found = organisations.list_page(deployment.runtime, limit=1000, cursor=None)
    return sorted(organisation.name for organisation in found.items)


def rows(count: int, first: int = 0) -> list[str]:
    return [f"Business {n},owner{n}@example.org,Retail,B{n:04}" for n in range(first, first + count)]


def test_nothing_is_imported_before_it_is_confirmed_and_then_once(deployment: Deployment, officer: Desk) -> None:
    answer = upload(officer, *rows(3))
    assert answer.status_code == 302
    preview = officer.get(answer.location)
    assert "3 new, to be imported" in words(preview.text)
    assert names(deployment) == []

    first = officer.submit(answer.location)
    assert first.location == answer.location
    assert "3 organisations imported" in words(officer.get(first.location).text)
    assert names(deployment) == ["Business 0", "Business 1", "Business 2"]
    # The back button and a second press find the job done.
    again = officer.post(answer.location, csrf(officer))
    assert again.status_code == 302
    assert len(names(deployment)) == 3


def csrf(desk: Desk) -> dict[str, str]:
    """What any form of this session proves itself with."""
    return dict(forms(desk.get("/console/account").text)[0].fields)


def post_large(desk: Desk, content: bytes, **fields: str) -> TestResponse:
    """Upload a file that Werkzeug's own encoder would put into a temporary file."""
    name = b"Content-Disposition: form-data; name="
    body = b"--x\r\n"
    for field, value in {**csrf(desk), **fields}.items():
        body += name + f'"{field}"\r\n\r\n{value}\r\n--x\r\n'.encode()
    body += name + b'"file"; filename="x.csv"\r\n\r\n' + content + b"\r\n--x--\r\n"
    headers = {"Referer": f"{ORIGIN}/console/import"}
    kind = "multipart/form-data; boundary=x"
    return desk.client.post("/console/import", base_url=ORIGIN, data=body, content_type=kind, headers=headers)


def test_every_fault_is_named_by_row_and_column(deployment: Deployment, officer: Desk) -> None:
    answer = upload(officer, *rows(2), ",nobody@example.org,,", "Baker,not an address,,B9")
    text = words(answer.text)
    assert answer.status_code == 422
    assert "2 faults" in text
    assert "4 name Is missing" in text
    assert "5 contact_email Is not an e-mail address" in text
    assert names(deployment) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "name Is missing"),
        ("name\r\nBäcker".encode("utf-16"), "UTF-16"),
        (b"name,telephone\r\nBaker,1", "telephone Is no known column"),
        (b'name\r\n"Baker', "cannot be read as CSV"),
        (b"name\r\n", "there is no organisation in it"),
    ],
)
def test_a_file_that_is_not_one_is_explained(officer: Desk, content: bytes, said: str) -> None:
    answer = send(officer, content)
    assert answer.status_code == 422
    assert said.lower() in words(answer.text).lower()


def test_what_excel_writes_is_read(deployment: Deployment, officer: Desk) -> None:
    content = "sep=;\r\nName;Reference\r\nCafé;C1\r\n".encode("cp1252")
    answer = send(officer, content)
    assert "Windows-1252" in officer.get(answer.location).text
    officer.submit(answer.location)
    assert names(deployment) == ["Café"]


def test_that_nothing_is_granted_is_chosen_and_said(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    unsaid = upload(officer, *rows(1), kit_id="")
    assert (unsaid.status_code, "Choose a kit, or that nothing is granted" in words(unsaid.text)) == (422, True)
    nothing = words(officer.get(upload(officer, *rows(1)).location).text)
    assert "No trial licences will be granted" in nothing
    granted = words(officer.get(upload(officer, *rows(1), kit_id=KIT_ID).location).text)
    assert "No trial licences" not in granted
    assert "listed below" not in granted


def test_no_file_and_too_large_a_file_are_refused_in_words(officer: Desk) -> None:
    assert "Choose a file" in officer.submit("/console/import").text
    large = post_large(officer, b"x" * (8 << 20))
    assert (large.status_code, "8 MiB" in large.text) == (413, True)


def test_only_those_who_may_import_may_send_more_than_elsewhere(viewer: Desk, officer: Desk) -> None:
    assert post_large(viewer, b"x" * (2 << 20)).status_code == 413
    assert post_large(officer, b"x" * (2 << 20)).status_code == 422


def test_a_hundred_trials_with_a_token_each(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    answer = upload(officer, *rows(100), kit_id=KIT_ID, seat_limit="3")
    assert "100 get a licence and an activation token" in words(officer.get(answer.location).text)
    officer.submit(answer.location)
    done = officer.get(answer.location)
    assert "100 activation tokens issued" in words(done.text)
    table = cells(officer.get(f"{answer.location}/tokens.csv").data)
    assert table[0] == ["organisation", "reference", "contact_email", "activation_token"]
    assert len(table) == 101
    assert len({row[3] for row in table}) == 101
    installed = deployment.installation(table[1][3])
    assert installed.answer["verdict"]["code"] == "active"
    found = licences.list_page(deployment.runtime, now=deployment.clock(), limit=200, cursor=None).items
    assert {(view.licence.trial_days, view.licence.seat_limit, view.licence.kind) for view in found} == {
        (183, 3, "trial")
    }
    assert audit.verify(deployment.runtime).faults == []


def test_letters_carry_name_and_token(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    path = upload(officer, *rows(2), kit_id=KIT_ID).location
    officer.submit(path)
    letters = officer.get(f"{path}/letters/1")
    tokens = [row[3] for row in cells(officer.get(f"{path}/tokens.csv").data)[1:]]
    assert letters.text.count('class="console-letter"') == 2
    assert all(token in letters.text for token in tokens)
    assert officer.get(f"{path}/letters/2").status_code == 404
    actions = [entry.action for entry in audit.list_entries(deployment.runtime, limit=2, cursor=None).items]
    assert actions == ["activation_tokens_exported", "activation_letters_printed"]


def test_known_organisations_keep_their_details_and_are_granted_too(deployment: Deployment, officer: Desk) -> None:
    kit = deployment.kit()
    known = deployment.organisation("Old name", reference="B0000")
    holder = deployment.organisation("Holder", reference="B0001")
    deployment.licence(holder, kit)
    path = upload(officer, *rows(4), kit_id=kit).location
    text = words(officer.get(path).text)
    assert "2 new, to be imported 2 here already" in text
    assert "3 get a licence" in text
    assert "Holder B0001 Has a licence for this kit" in text
    officer.submit(path)
    assert names(deployment) == ["Business 2", "Business 3", "Holder", "Old name"]
    granted = cells(officer.get(f"{path}/tokens.csv").data)[1:]
    assert [row[0] for row in granted] == ["Old name", "Business 2", "Business 3"]
    assert organisations.get(deployment.runtime, known.id).contact_email is None


def test_names_that_are_here_already_are_pointed_out(deployment: Deployment, officer: Desk) -> None:
    deployment.organisation("Baker & Sons")
    path = upload(officer, "Baker & Sons,,,").location
    assert "here already; they would be added beside it: Baker &amp; Sons." in words(officer.get(path).text)


def test_a_sector_in_other_capitals_is_pointed_out(deployment: Deployment, officer: Desk) -> None:
    deployment.organisation("Baker & Sons", sector="Care Homes")
    sectors = ("care homes", "Care Homes", "Straße", "STRASSE", "care homes", "")
    path = upload(officer, *(f"Business {number},,{sector}," for number, sector in enumerate(sectors))).location
    said = words(officer.get(path).text)
    assert "“care homes” would be counted apart from “Care Homes”" in said
    assert "“STRASSE” would be counted apart from “Straße”" in said
    assert said.count("would be counted apart") == 2


def test_a_formula_in_a_cell_is_text_in_the_file_that_leaves(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    path = upload(officer, '"=HYPERLINK(""http://evil"")",,,-1', "@SUM(A1),,,+2", kit_id=KIT_ID).location
    officer.submit(path)
    assert [row[:2] for row in cells(officer.get(f"{path}/tokens.csv").data)[1:]] == [
        ['\'=HYPERLINK("http://evil")', "'-1"],
        ["'@SUM(A1)", "'+2"],
    ]


def test_the_tokens_are_gone_after_an_hour(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    path = upload(officer, *rows(2), kit_id=KIT_ID).location
    deployment.clock.advance(minutes=50)
    officer.submit(path)
    deployment.clock.advance(minutes=50)
    assert officer.get(f"{path}/tokens.csv").status_code == 200
    deployment.clock.advance(minutes=10)
    assert officer.get(f"{path}/tokens.csv").status_code == 404
    assert officer.get(path).status_code == 404
    housekeeping.forget_old(deployment.runtime, now=deployment.clock())
    with deployment.runtime.database.reading() as session:
        assert session.query(bulk_jobs.BulkJob).count() == 0
        assert session.query(bulk_jobs.BulkPart).count() == 0


def test_a_job_is_its_makers_alone(deployment: Deployment, officer: Desk, desk: Any) -> None:
    path = upload(officer, *rows(2)).location
    colleague = desk(officer.role, "colleague@example.org")
    assert colleague.get(path).status_code == 404
    assert colleague.get(f"{path}/tokens.csv").status_code == 404


def test_an_interrupted_job_goes_on_where_it_stopped(
    deployment: Deployment, officer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.kit()
    path = upload(officer, *rows(2 * BATCH + 3), kit_id=KIT_ID).location
    monkeypatch.setattr(bulk_jobs, "BATCHES_AT_ONCE", 2)
    officer.submit(path)
    assert "3 of 503 are left" in words(officer.get(path).text)
    assert len(cells(officer.get(f"{path}/tokens.csv").data)) == 1 + 2 * BATCH
    officer.submit(path)
    text = words(officer.get(path).text)
    assert "503 organisations imported 503 licences granted" in text
    assert re.findall(r"Letters \d+ to \d+", text) == ["Letters 1 to 250", "Letters 251 to 500", "Letters 501 to 503"]
    assert names(deployment) == sorted(f"Business {n}" for n in range(2 * BATCH + 3))


def test_a_reference_taken_since_the_preview_is_that_organisations(deployment: Deployment, officer: Desk) -> None:
    path = upload(officer, *rows(2)).location
    deployment.organisation("Quicker", reference="B0001")
    officer.submit(path)
    assert "1 organisation imported" in words(officer.get(path).text)
    assert names(deployment) == ["Business 0", "Quicker"]


def test_the_content_is_not_readable_in_the_database(deployment: Deployment, officer: Desk) -> None:
    upload(officer, *rows(2))
    with deployment.runtime.database.reading() as session:
        assert b"owner0" not in session.query(bulk_jobs.BulkJob).one().work


def test_terms_that_make_no_sense_are_said_at_their_fields(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    answer = upload(officer, *rows(1), kit_id=KIT_ID, lasting="until")
    assert (answer.status_code, "Enter the last day" in answer.text) == (422, True)
    past = upload(officer, *rows(1), kit_id=KIT_ID, lasting="until", until="2020-01-01")
    assert "must not lie before the start" in words(past.text).lower()
    assert "Seats must be a whole number" in upload(officer, *rows(1), kit_id=KIT_ID, seat_limit="many").text
    out_of_bounds = upload(officer, *rows(1), kit_id=KIT_ID, lease_days="0", trial_days="36501")
    assert "Days a kit runs without contact must lie between 1 and 36500" in words(out_of_bounds.text)
    assert "must be a day, such as" in upload(officer, *rows(1), kit_id=KIT_ID, first="soon").text


def test_the_example_can_be_imported(deployment: Deployment, officer: Desk) -> None:
    example = officer.get("/console/import/example.csv").data
    path = send(officer, example).location
    officer.submit(path)
    assert names(deployment) == ["Baker & Sons", "The Corner Café"]


# What it runs the others run too, and tracing it takes half as long again.
@pytest.mark.no_cover
@pytest.mark.long
def test_a_citys_sixteen_thousand(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    content = "\r\n".join((HEAD, *rows(16_000))).encode()
    terms = {"lease_days": "30", "grace_days": "30", "check_in_days": "30"}
    path = post_large(officer, content, kit_id=KIT_ID, lasting="days", trial_days="183", tokens="y", **terms).location
    assert "16,000 get a licence" in words(officer.get(path).text)
    officer.submit(path)
    assert "16,000 organisations imported 16,000 licences granted 16,000 activation tokens" in words(
        officer.get(path).text
    )
    table = cells(officer.get(f"{path}/tokens.csv").data)
    assert len({row[3] for row in table}) == 16_001
    assert officer.get(f"{path}/letters/64").text.count('class="console-letter"') == 250
    assert audit.verify(deployment.runtime).faults == []


def test_two_who_press_at_once_do_it_once(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    paths = [upload(officer, *rows(600), kit_id=KIT_ID).location for _ in range(2)]
    with deployment.runtime.database.reading() as session:
        jobs = [(job.id, job.person_id) for job in session.query(bulk_jobs.BulkJob)]

    def run(job: tuple[Any, Any]) -> None:
        bulk_jobs.run(deployment.runtime, *job, now=deployment.clock(), actor="test", pause=lambda seconds: None)

    at_once([partial(run, job) for job in (*jobs, *jobs)], threads=4)
    assert len(names(deployment)) == 600
    with deployment.runtime.database.reading() as session:
        assert session.query(Licence).count() == 600
        assert session.query(ActivationToken).count() == 600
    assert all(officer.get(path).text.count("Not finished") == 0 for path in paths)


def test_a_file_too_long_for_a_page_is_sent_to_the_command_line(officer: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_selections, "MAX_ROWS", 2)
    answer = upload(officer, *rows(3))
    assert (answer.status_code, "more than 2 rows. Split it, or use the command line" in answer.text) == (422, True)
