"""Files for spreadsheets.

* A cell that a spreadsheet would take for a formula is made text by a leading apostrophe (OWASP, CSV
  Injection): one that begins with = + - @, their full-width forms, a tab or a line break. Only text can be
  one; numbers stay numbers.
* UTF-8 with a byte order mark and lines that end as RFC 4180 has it, so that Excel opens it as it is.
"""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")


def safe_cell(value: object) -> object:
    """A value that no spreadsheet runs; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A whole file, every cell safe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return ("\ufeff" + text.getvalue()).encode()
