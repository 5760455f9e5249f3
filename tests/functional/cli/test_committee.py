"""The committee's report from the command line: the same figures in every form, each an export."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from tests.functional.cli.conftest import Shell
from tests.support.trial import three_months


def started(shell: Shell) -> None:
    assert shell.deployment is not None
    three_months(shell.deployment)


def audited(shell: Shell) -> list[str]:
    assert shell.deployment is not None
    key = shell.deployment.api_key()
    answer = shell.deployment.client.get("/api/v1/audit-entries?limit=100", headers=key).json
    assert answer is not None
    found = [entry for entry in answer["items"] if entry["action"] == "report_exported"]
    return [f"{entry['after'].get('form')} {entry['after'].get('format')}" for entry in found]


@pytest.mark.parametrize("month", [(), ("--month", "2026-04")])
def test_every_form_shows_the_same_figures(shell: Shell, month: tuple[str, ...]) -> None:
    started(shell)
    asked = ("report", "--published", *month, "--format")
    document = json.loads(shell.run(*asked, "json").stdout)
    expected = {
        (table["key"], row["title"], key): cell
        for table in document["tables"]
        for row in (*table["rows"], *([table["total"]] if table["total"] else []))
        for key, cell in row["cells"].items()
    }
    assert expected

    read = csv.DictReader(io.StringIO(shell.run(*asked, "csv").stdout_bytes.decode("utf-8-sig")))
    told = {(line["section"], line["row"], line["column_key"]): line["value"] for line in read}
    assert {key: told[key] for key in expected} == {key: str(cell) for key, cell in expected.items()}

    book = openpyxl.load_workbook(io.BytesIO(shell.run(*asked, "xlsx").stdout_bytes))
    for table in document["tables"]:
        keys = [column["key"] for column in table["columns"]]
        for title, *cells in book[table["title"][:31]].iter_rows(min_row=4, values_only=True):
            for key, cell in zip(keys, cells, strict=True):
                assert cell == expected[table["key"], str(title), key]

    assert shell.run(*asked, "pdf").stdout_bytes.startswith(b"%PDF-")
    assert sorted(audited(shell)) == sorted(f"published {form}" for form in ("json", "csv", "xlsx", "pdf"))


def test_the_teams_workbook_counts_to_the_last_one(shell: Shell) -> None:
    started(shell)
    result = shell.run("report", "--format", "xlsx", "--from", "2026-04-01")
    book = openpyxl.load_workbook(io.BytesIO(result.stdout_bytes))
    sectors = {row[0]: row[1] for row in book["By sector"].iter_rows(min_row=4, values_only=True)}
    assert sectors["Retail"] == 95
    assert "Audit head: " in result.stderr
    assert audited(shell) == ["staff xlsx"]


def test_a_file_is_written_where_it_is_asked_for(shell: Shell) -> None:
    started(shell)
    target = shell.directory / "april.pdf"
    result = shell.run("report", "--published", "--from", "2026-04-01", "--to", "2026-04-30", "--output", target)
    assert result.exit_code == 0, result.stderr
    assert target.read_bytes().startswith(b"%PDF-")
    assert result.stdout == ""
    assert f"Written: {target}" in result.stderr
    nowhere = shell.run("report", "--published", "--output", Path(shell.directory / "none" / "x.pdf"))
    assert nowhere.exit_code == 1


def test_free_dates_have_no_published_form(shell: Shell) -> None:
    started(shell)
    shell.refused("period_not_publishable", "report", "--published", "--from", "2026-04-01", "--to", "2026-04-29")
    shell.refused("period_not_publishable", "report", "--published", "--from", "2026-04-01")
    shell.refused("period_not_publishable", "report", "--published", "--month", "2026-06")
    shell.refused("month_unknown", "report", "--published", "--month", "2025-12")
    shell.refused("period_invalid", "report", "--published", "--month", "April")
    shell.misused("report", "--month", "2026-04")
    shell.misused("report", "--published", "--format", "text")
    shell.misused("report", "--published", "--month", "2026-04", "--from", "2026-04-01")
    shell.misused("report", "--output", "x.json")
    assert audited(shell) == []
