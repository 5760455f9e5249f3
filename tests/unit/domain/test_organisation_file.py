"""What is read from a file of organisations, and what is found wrong with it."""

import pytest

from licence_server.domain import organisation_file
from licence_server.domain.organisation_file import MAX_BYTES, read


def faults(content: bytes) -> list[str]:
    return [str(fault) for fault in read(content).faults]


@pytest.mark.parametrize(
    "content",
    [
        b"name,sector\nA,food\n",
        b"\xef\xbb\xbfname,sector\r\nA,food\r\n",
        b"SECTOR; Name\rfood;A\r",
        b"sep=;\r\nname;sector\r\nA;food",
        b'"name","sector"\n"A","food"\n\n\n',
        b"name,sector,,\nA,food,,\n,,,\n",
        b"contact-email,name,sector\n,\xa0A ,food".replace(b"\xa0", "\N{NO-BREAK SPACE}".encode()),
    ],
)
def test_the_same_row_in_many_guises(content: bytes) -> None:
    file = read(content)

    assert file.faults == []
    assert [row.details for row in file.rows] == [
        {"name": "A", "contact_email": None, "sector": "food", "reference": None}
    ]


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    file = read(b'name,sector\n\n"A",food\n,,\nB\n')

    assert [(row.number, row.details["name"]) for row in file.rows] == [(3, "A"), (5, "B")]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "row 1, name: is missing: the first row must name the columns"),
        (b"name\n", "file: there is no organisation in it"),
        (b"title\nA\n", "row 1, title: is no known column; known are name, contact_email, sector, reference"),
        (b"name,Name\nA,B\n", "row 1, name: is there twice"),
        (b"name,\nA,B\n", "row 2, cell 2: stands under no column name"),
        (b"name\nA,B\n", "row 2, cell 2: stands under no column name"),
        (b'name,sector\n"A\nB",food\n', "row 2, name: holds a control character, or one that no page can show"),
        (b"name\nA\x00B\n", "row 2, name: holds a control character, or one that no page can show"),
        (b'name\nA\n"B\n', "row 3: it cannot be read as CSV from here on (unexpected end of data)"),
        (b"name\n\x81\n", "file: it is neither UTF-8 nor Windows-1252; save it as CSV in UTF-8"),
        ("name\nA\n".encode("utf-16"), "file: it is UTF-16; save it as CSV in UTF-8"),
        (
            b"name\n" + b"x" * 140_000,
            "row 2: it cannot be read as CSV from here on (field larger than field limit (131072))",
        ),
        (b"name,reference\nA,1\nB,1\n", "row 3, reference: is '1', the same as in row 2"),
    ],
)
def test_what_is_wrong_is_named(content: bytes, fault: str) -> None:
    assert fault in faults(content)


def test_a_file_out_of_all_proportion_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults(bytes(MAX_BYTES + 1)) == ["file: it is larger than 32 MiB; split it"]
    monkeypatch.setattr(organisation_file, "MAX_ROWS", 3)
    assert faults(b"name\nA\nB\nC\n") == ["row 4: more than 3 rows; split the file"]
