"""The report: a page for people, a document for programs, a table for spreadsheets."""

import csv
import io
import json

from tests.functional.cli.conftest import Shell
from tests.support.deployment import KIT_ID, feedback, individual, workshop


def used(shell: Shell) -> None:
    """A workshop, an hour of study and an opinion; one kit that went quiet."""
    assert shell.deployment is not None
    token = shell.deployment.token()
    shell.deployment.installation(token)
    shell.deployment.clock.advance(days=40)
    now = shell.deployment.clock()
    shell.deployment.installation(token).sync(workshop(now, 1), individual(now, 2), feedback(now, 4))


def test_the_document_is_the_services(shell: Shell) -> None:
    used(shell)
    assert shell.deployment is not None

    expected = json.loads(json.dumps(shell.deployment.report()))

    assert json.loads(shell.run("report", "--format", "json").stdout) == expected
    assert shell.json("report") == expected
    assert expected["attendances"] == 15
    assert shell.json("report", "--from", "2026-04-12", "--kit", KIT_ID)["sessions"]["total"] == 0
    assert shell.json("report", "--to", "2026-04-10")["period"] == {"from": None, "to": "2026-04-10"}


def test_the_page_says_what_is_not_known(shell: Shell) -> None:
    used(shell)

    page = shell.run("report", "--from", "2026-03-01", "--to", "2026-04-30").stdout

    assert "Use of all kits, from 1 March 2026 up to 30 April 2026" in page
    assert "in Europe/London" in page
    for line in (
        "         15  attendances: whoever came twice counts twice, so these are not people",
        "          1  are silent: their use is unknown, which is not the same as none",
        "  Covered: 1 of 2 installations that should report (50%).",
        "          1  known to be missing as of now: numbered by a kit, never received",
    ):
        assert line in page.splitlines()


def test_the_table_is_an_export(shell: Shell) -> None:
    used(shell)
    assert shell.deployment is not None
    shell.deployment.kit("other", {"film-1": "=HYPERLINK(1)"})

    result = shell.run("report", "--format", "csv")

    rows = dict(csv.reader(io.StringIO(result.stdout)))
    assert rows["path"] == "value"
    assert (rows["attendances"], rows["sessions.total"], rows["period.from"]) == ("15", "2", "")
    assert "'=HYPERLINK(1)" in rows.values()
    head = shell.json("audit", "verify")["head"]
    assert f"Audit head: {head}" in result.stderr
    assert shell.json("audit", "list", "--limit", 1)["items"][0]["action"] == "report_exported"


def test_what_cannot_be_reported_is_refused(shell: Shell) -> None:
    shell.refused("kit_unknown", "report", "--kit", "none")
    shell.refused("period_invalid", "report", "--from", "2026-04-02", "--to", "2026-04-01")
    shell.misused("report", "--format", "pdf")
    shell.misused("report", "--from", "yesterday")
