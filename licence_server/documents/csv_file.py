"""One table for spreadsheets and programs: section, row, column, value. UTF-8, as RFC 4180 says."""

import io
from collections.abc import Iterator

from licence_server.domain.committee_report import Cell, Report
from licence_server.domain.spreadsheet import safe_cell, writer_to

HEAD = ("section", "row_key", "row", "column_key", "column", "value")


def csv_file(report: Report) -> bytes:
    """Every cell of the report on a line of its own."""
    text = io.StringIO()
    writer = writer_to(text)
    writer.writerow(HEAD)
    for line in lines(report):
        writer.writerow([safe_cell(value) for value in line])
    # The mark tells spreadsheets that the file is UTF-8.
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def lines(report: Report) -> Iterator[tuple[str, str, str, str, str, Cell]]:
    """What the file says, before it is made safe for spreadsheets."""
    about = (
        ("title", report.title),
        ("form", report.form),
        ("period", report.period),
        ("from", report.first),
        ("to", report.last),
        ("kit", report.kit_name),
        ("generated_at", report.generated_at),
    )
    for key, value in about:
        yield "about", key, key, "value", "Value", value
    for section, facts in (("facts", report.facts), ("range", report.range), ("coverage", report.coverage)):
        for fact in facts:
            yield section, fact.key, fact.title, "value", "Value", fact.value
    for table in report.tables:
        for row in table.all_rows:
            key = "total" if row is table.total else row.key
            for (column, title), cell in zip(table.columns, row.cells, strict=True):
                yield table.key, key, row.title, column, title, cell
    for title, text in report.method:
        yield "method", title, title, "text", "Text", text
