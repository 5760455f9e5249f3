"""Cells of a file that a spreadsheet will open."""


def safe_cell(value: object) -> object:
    """The value, as text where a spreadsheet would take it for a formula (OWASP, CSV Injection).

    A leading apostrophe is how spreadsheets themselves mark such text. None is an empty cell.
    """
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
        return f"'{value}"
    return "" if value is None else value
