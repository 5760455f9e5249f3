"""Files for spreadsheets.

* A cell that a spreadsheet would take for a formula is made text by a leading apostrophe (OWASP, CSV
  Injection): one that begins with = + - @ or their full-width forms, whatever white space and invisible
  characters stand before that, or with a tab or a line break. Only text can be one; numbers stay numbers.
* Every cell stands in quotation marks, so that no text ends a cell early in a program that splits at semicolons.
* UTF-8 with a byte order mark and lines that end as RFC 4180 has it, so that Excel opens it as it is.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import dropwhile
from typing import Any, TextIO

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BREAKS = ("\t", "\r", "\n")
# Separators, control and format characters: nothing that is seen.
_UNSEEN = ("Z", "Cc", "Cf")


def safe_cell(value: object) -> object:
    """A value that no spreadsheet runs; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str) and (value.lstrip(" ").startswith(_BREAKS) or _seen(value).startswith(_FORMULA)):
        return f"'{value}"
    return value


def _seen(text: str) -> str:
    """A text from the first character on that is seen."""
    return "".join(dropwhile(lambda one: unicodedata.category(one).startswith(_UNSEEN), text))


def writer_to(text: TextIO) -> Any:
    """A writer of rows as these files have them."""
    return csv.writer(text, quoting=csv.QUOTE_ALL)


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A whole file, every cell safe."""
    text = io.StringIO(newline="")
    writer = writer_to(text)
    writer.writerow(heads)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return ("\ufeff" + text.getvalue()).encode()
