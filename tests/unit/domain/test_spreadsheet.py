"""Cells that no spreadsheet runs."""

import csv
import io

import pytest

from licence_server.domain.spreadsheet import csv_bytes, safe_cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"]
    + [f"{unseen}=1" for unseen in ("\u00a0", "\u200b", "\ufeff", "\u202e", "\u2003 ", "\x00", " \t")],
)
def test_a_formula_becomes_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["\tBaker", "\rBaker", "\nBaker", "  \tBaker"])
def test_what_begins_with_a_tab_or_a_line_break_becomes_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"), [("Baker & Sons", "Baker & Sons"), (-1, -1), (2.5, 2.5), ("", ""), (None, "")]
)
def test_everything_else_stays(value: object, cell: object) -> None:
    assert safe_cell(value) == cell


def test_a_file_opens_in_excel_as_it_is() -> None:
    content = csv_bytes(("a", "b"), [("Café", 'say "x"'), ("=1", None)])
    assert content.startswith(b'\xef\xbb\xbf"a","b"\r\n')
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:] == [
        ["Café", 'say "x"'],
        ["'=1", ""],
    ]
