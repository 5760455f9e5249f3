"""Cells for spreadsheets that people open.

A text that a spreadsheet would take for a formula is made plain text by a leading apostrophe (OWASP, CSV
Injection).
"""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> object:
    """A value as a cell of CSV; None is an empty cell."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
