"""What is printed is whole and safe, however narrow the terminal."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from licence_server.cli.output import iso, note, plain, print_list, print_record

ROW = {
    "id": UUID(int=7),
    "name": "Baker [red]\x1b[31m & \x9bSons",
    "at": datetime(2026, 3, 2, 9, tzinfo=UTC),
    "scopes": ["admin", "read"],
    "client": {"name": "python", "version": "1"},
    "gone": None,
    "good": True,
}


def test_programs_get_values_as_the_contract_writes_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_record(ROW, as_json=True)

    document = json.loads(capsys.readouterr().out)

    assert document["id"] == str(UUID(int=7))
    assert document["at"] == "2026-03-02T09:00:00Z"
    assert document["name"] == ROW["name"]
    assert (document["gone"], document["good"]) == (None, True)


@pytest.mark.parametrize("columns", ["10", "80"])
def test_people_get_every_character(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    print_list([ROW] * 2, list(ROW), as_json=False, empty="none")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    for word in (
        str(UUID(int=7)),
        "Baker [red]\ufffd[31m & \ufffdSons",
        "2026-03-02 09:00 UTC",
        "admin, read",
        "python 1",
    ):
        assert word in lines[2]
    assert "\x1b" not in "".join(lines)


def test_one_thing_is_printed_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_record({"id": 1, "seat_limit": None, "note": "two\nlines"}, as_json=False)

    assert capsys.readouterr().out == "id          1\nseat limit  -\nnote        two lines\n"


def test_an_empty_list_is_said_beside_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    print_list([], ["id"], as_json=False, empty="There are none.")
    print_list([], ["id"], as_json=True, empty="There are none.")
    note("so\x07")

    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"items": []}
    assert captured.err == "There are none.\nso\ufffd\n"


def test_moments_and_days() -> None:
    assert iso(datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC)) == "2026-03-02T09:00:00.000005Z"
    assert iso(date(2026, 3, 2)) == "2026-03-02"
    assert iso(None) is None
    assert plain("a\x7fb") == "a\ufffdb"
