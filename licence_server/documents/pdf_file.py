"""The report as a tagged PDF (PDF/UA-1, so that it can be read aloud), laid out for A4.

Typst compiles `report.typ` in this process with the fonts it brings; it reads nothing but what it is given here,
and no text of a report is ever read as markup: all of it comes in as JSON.
"""

import json
from datetime import datetime
from importlib.resources import files
from typing import Any

from licence_server.documents.charts import chart
from licence_server.domain.committee_report import Report
from licence_server.domain.text import for_xml


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


def _sources(report: Report) -> dict[str, bytes]:
    document = dict(report.document())
    charted = {table.key for table in report.tables if table.charted and table.rows}
    for table, whole in zip(document["tables"], report.tables, strict=True):
        table["chart"] = f"{whole.key}.svg" if whole.key in charted else None
        table["heading"] = whole.heading
        table["lines"] = [[row.title, *(_shown(cell) for cell in row.cells)] for row in whole.all_rows]
    for section in ("facts", "range", "coverage"):
        document[section] = [{**fact, "value": _shown(fact["value"])} for fact in document[section]]
    return {
        "main": (files(__package__) / "report.typ").read_bytes(),
        "report.json": for_xml(json.dumps(document, ensure_ascii=False)).encode(),
        **{f"{table.key}.svg": chart(table) for table in report.tables if table.key in charted},
    }


def _shown(cell: int | float | str | None) -> str:
    if cell is None:
        return "–"
    return cell if isinstance(cell, str) else f"{cell:,}"
