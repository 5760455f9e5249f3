"""The report as a tagged PDF (PDF/UA-1, so that it can be read aloud), laid out for A4.

Typst compiles `report.typ` in this process with the fonts it brings; it reads nothing but what it is given here,
and no text of a report is ever read as markup: all of it comes in as JSON.
"""

import json
import re
from datetime import datetime
from importlib.resources import files
from typing import Any

from licence_server.documents.charts import chart
from licence_server.domain import dates
from licence_server.domain.committee_report import Cell, Report, Table
from licence_server.domain.text import for_xml

# Cells in words are ours ("fewer than 5"), so what looks like a day is one.
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(T|$)")


def pdf_file(report: Report) -> bytes:
    """A PDF; the same report makes the same file."""
    import typst

    sources = _sources(report)
    try:
        return _compiled(sources, report.generated_at, ["ua-1"])
    except typst.TypstError:
        # A letter that no font at hand has (a title in another script) breaks the standard, which asks that every
        # letter can be read. The file is tagged all the same, and shows a box there.
        return _compiled(sources, report.generated_at, [])


def _compiled(sources: dict[str, bytes], moment: str, standards: list[str]) -> bytes:
    import typst

    # Its type hints leave out that several files can be given as a dictionary.
    compile_: Any = typst.compile
    timestamp = datetime.fromisoformat(moment)
    data = compile_(sources, format="pdf", pdf_standards=standards, ignore_system_fonts=True, timestamp=timestamp)
    return bytes(data)


def contents(report: Report) -> dict[str, Any]:
    """What the file says, as `report.typ` reads it: the document, with numbers and days as people write them."""
    document = {**report.document(), "generated_at": _in_words(report.generated_at)}
    charted = _charted(report)
    for table, whole in zip(document["tables"], report.tables, strict=True):
        table["chart"] = _picture(whole) if whole in charted else None
        table["heading"] = whole.heading
        table["lines"] = [[row.title, *(_shown(cell) for cell in row.cells)] for row in whole.all_rows]
    for section in ("facts", "range", "coverage"):
        document[section] = [{**fact, "value": _shown(fact["value"])} for fact in document[section]]
    return document


def _sources(report: Report) -> dict[str, bytes]:
    return {
        "main": (files(__package__) / "report.typ").read_bytes(),
        "report.json": for_xml(json.dumps(contents(report), ensure_ascii=False)).encode(),
        **{_picture(table): chart(table) for table in _charted(report)},
    }


def _charted(report: Report) -> list[Table]:
    return [table for table in report.tables if table.charted and table.rows]


def _picture(table: Table) -> str:
    return f"{table.key}.svg"


def _shown(cell: Cell) -> str:
    if cell is None:
        return "–"
    return _in_words(cell) if isinstance(cell, str) else f"{cell:,}"


def _in_words(text: str) -> str:
    """1 March 2026 for a day in ISO 8601; a moment with its time, in UTC as the report has it; other words stay."""
    if _DAY.match(text) is None:
        return text
    moment = datetime.fromisoformat(text)
    day = dates.in_words(moment.date())
    return f"{day}, {moment:%H:%M} UTC" if "T" in text else day
