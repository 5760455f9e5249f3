"""A whole file of organisations, or nothing of it."""

import json
import time

import pytest

from tests.functional.cli.conftest import Shell


def names(shell: Shell) -> list[str]:
    return [item["name"] for item in shell.json("organisations", "list")["items"]]


def test_a_spreadsheets_file_is_taken_as_it_is(shell: Shell) -> None:
    text = '\N{BYTE ORDER MARK}Reference;NAME;Contact Email\r\n1;Bäckerei;a@b.example\r\n;;\r\n2;"Baker; Sons";\r\n'

    done = shell.json("organisations", "import", shell.write("o.csv", text))

    assert (done["imported"], done["dry_run"], done["encoding"], done["errors"]) == (2, False, "utf-8", [])
    assert [item["reference"] for item in done["items"]] == ["1", "2"]
    assert names(shell) == ["Bäckerei", "Baker; Sons"]
    assert shell.run("audit", "verify").exit_code == 0
    entries = shell.json("audit", "list", "--limit", 2)["items"]
    assert [entry["action"] for entry in entries] == ["organisation_added"] * 2
    assert "a@b.example" not in json.dumps(shell.json("audit", "list"))


def test_windows_1252_is_read_and_said(shell: Shell) -> None:
    result = shell.run("organisations", "import", shell.write("o.csv", "name\r\nCafé\r\n".encode("cp1252")))

    assert result.exit_code == 0
    assert "Windows-1252" in result.stderr
    assert names(shell) == ["Café"]


def test_every_fault_is_named_and_nothing_is_imported(shell: Shell) -> None:
    shell.json("organisations", "add", "There", "--reference", "taken")
    rows = ["name,reference,contact_email", "Good,1,", ",2,", "", "Bad,1,nobody", "x" * 201 + ",,,more"]
    faulty = shell.write("bad.csv", "\n".join(rows))

    result = shell.refused("import_refused", "organisations", "import", faulty)

    assert result.stderr.splitlines()[:5] == [
        "bad.csv: row 3, name: is missing",
        "bad.csv: row 5, contact_email: is not an e-mail address",
        "bad.csv: row 6, cell 4: stands under no column name",
        "bad.csv: row 6, name: is longer than 200 characters",
        "Error: The file has 4 faults; nothing was imported. (import_refused)",
    ]
    taken = shell.write("taken.csv", "name,reference\nA,1\nB,taken\nC,1\n")
    assert "row 4, reference: is '1', the same as in row 2" in shell.run("organisations", "import", taken).stderr
    taken.write_text("name,reference\nA,1\nB,taken\n")
    refused = shell.run("organisations", "import", taken, "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["errors"] == [
        {"row": 3, "column": "reference", "detail": "'taken' is an organisation's already"}
    ]
    assert names(shell) == ["There"]


def test_a_dry_run_changes_nothing(shell: Shell) -> None:
    shell.json("organisations", "add", "There", "--reference", "7")
    head = shell.json("audit", "verify")["head"]

    done = shell.json("organisations", "import", shell.write("o.csv", "name\nA\nB\n"), "--dry-run")
    taken = shell.write("taken.csv", "name,reference\nA,7\n")
    shell.refused("import_refused", "organisations", "import", taken, "--dry-run")

    assert (done["imported"], done["checked"], done["dry_run"]) == (0, 2, True)
    assert names(shell) == ["There"]
    assert shell.json("audit", "verify")["head"] == head


# What it runs the others run too, and tracing it takes half as long again.
@pytest.mark.no_cover
@pytest.mark.long
def test_a_register_of_sixteen_thousand_is_one_quick_act(shell: Shell) -> None:
    rows = "".join(f"Organisation {number},R{number},a{number}@b.example\n" for number in range(16_000))
    file = shell.write("register.csv", f"name,reference,contact_email\n{rows}")

    begun = time.process_time()
    done = shell.json("organisations", "import", file)

    assert done["imported"] == 16_000
    assert time.process_time() - begun < 20
    check = shell.json("audit", "verify")
    assert (check["intact"], check["entries"]) == (True, 16_001)
    again = shell.run("organisations", "import", file)
    assert again.exit_code == 1
    assert "row 16001, reference:" in again.stderr


def test_a_file_that_is_not_there_is_wrong_usage(shell: Shell) -> None:
    shell.misused("organisations", "import", shell.directory / "none.csv")
    shell.misused("organisations", "import", shell.directory)
