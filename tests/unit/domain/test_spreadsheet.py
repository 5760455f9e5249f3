"""Cells that a spreadsheet would take for formulas."""

import pytest

from licence_server.domain.spreadsheet import safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_formula_becomes_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "cell"), [("Baker & Sons", "Baker & Sons"), ("", ""), (None, ""), (-5, -5), (0, 0)])
def test_everything_else_stays(value: object, cell: object) -> None:
    assert safe_cell(value) == cell
