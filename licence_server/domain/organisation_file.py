"""A file of organisations, as spreadsheets write them.

* UTF-8 (with or without a byte order mark) if it decodes as that, else Windows-1252.
* Cells are separated by commas or semicolons, whichever makes more of the header; a first line `sep=;`, as
  Excel writes it, decides.
* The header names the columns, in any order and case: `name` is required, `contact_email`, `sector` and
  `reference` are not. An unknown, repeated or missing column is a fault.
* Rows are numbered as a spreadsheet shows them: the header is row 1, empty rows count and are skipped, a
  cell of several lines is one row.
* Every fault of the file is found, not just the first.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from licence_server.domain.errors import Invalid
from licence_server.domain.organisation import LENGTHS, details_of

MAX_BYTES = 32 * 2**20
MAX_ROWS = 200_000

_SEPARATOR = re.compile(r"sep=([,;])\r?\n?", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """What is wrong where. row 0: the file as a whole."""

    row: int
    column: str
    detail: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"row {self.row}" if self.row else "", self.column) if part)
        return f"{place or 'file'}: {self.detail}"


@dataclass(frozen=True)
class Row:
    number: int
    details: dict[str, str | None]


@dataclass
class OrganisationFile:
    """What was found: good rows, faults, and how the bytes were read."""

    encoding: str = "utf-8"
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(content: bytes) -> OrganisationFile:
    """Read and check a whole file."""
    file = OrganisationFile()
    try:
        file.encoding, text = _decoded(content)
        separator, text = _separated(text)
        records = _records(text, separator)
        header = next(records, (1, []))[1]
        columns = _columns(header, file.faults)
        if not file.faults:
            _read_rows(file, columns, records)
    except _Unreadable as error:
        file.faults.append(error.fault)
    if not file.rows and not file.faults:
        file.faults.append(Fault(0, "", "there is no organisation in it"))
    return file


class _Unreadable(Exception):
    def __init__(self, row: int, detail: str) -> None:
        super().__init__(detail)
        self.fault = Fault(row, "", detail)


def _read_rows(file: OrganisationFile, columns: list[str], records: Iterator[tuple[int, list[str]]]) -> None:
    seen: dict[str, int] = {}
    for number, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if number > MAX_ROWS:
            raise _Unreadable(number, f"more than {MAX_ROWS} rows; split the file")
        surplus = [place for place, cell in enumerate(cells, start=1) if cell.strip() and not _name(columns, place)]
        file.faults.extend(Fault(number, f"cell {place}", "stands under no column name") for place in surplus)
        raw = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
        try:
            row = Row(number, details_of(raw))
        except Invalid as error:
            file.faults.extend(Fault(number, column, detail) for column, detail in error.errors.items())
            continue
        reference = row.details["reference"]
        if reference is not None and (first := seen.setdefault(reference, number)) != number:
            file.faults.append(Fault(number, "reference", f"is {reference!r}, the same as in row {first}"))
        file.rows.append(row)


def _decoded(content: bytes) -> tuple[str, str]:
    if len(content) > MAX_BYTES:
        raise _Unreadable(0, f"it is larger than {MAX_BYTES // 2**20} MiB; split it")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Unreadable(0, "it is UTF-16; save it as CSV in UTF-8")
    try:
        return "utf-8", content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return "windows-1252", content.decode("cp1252")
    except UnicodeDecodeError:
        raise _Unreadable(0, "it is neither UTF-8 nor Windows-1252; save it as CSV in UTF-8") from None


def _separated(text: str) -> tuple[str, str]:
    """The separator of cells, and the text from the header on."""
    match = _SEPARATOR.match(text)
    if match is not None:
        return match[1], text[match.end() :]
    header = text.lstrip("\r\n").partition("\n")[0]
    return (";" if header.count(";") > header.count(",") else ","), text


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _Unreadable(number, f"it cannot be read as CSV from here on ({error})") from None
        yield number, cells


def _columns(header: list[str], faults: list[Fault]) -> list[str]:
    """The detail that each column holds; empty where it has no name."""
    columns = [re.sub(r"[\s-]+", "_", cell.strip().lower()) for cell in header]
    for place, name in enumerate(columns):
        if name and name not in LENGTHS:
            faults.append(Fault(1, header[place].strip(), f"is no known column; known are {', '.join(LENGTHS)}"))
        elif name and name in columns[:place]:
            faults.append(Fault(1, name, "is there twice"))
    if "name" not in columns:
        faults.append(Fault(1, "name", "is missing: the first row must name the columns"))
    return columns


def _name(columns: list[str], place: int) -> str:
    return columns[place - 1] if place <= len(columns) else ""
