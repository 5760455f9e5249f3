"""The report as a workbook: a sheet of the summary, one for each table, one for the method.

Text is written as text and never as a formula or a link, whatever it begins with.
"""

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from licence_server.domain.committee_report import Cell, Fact, Report, Table


def xlsx_file(report: Report) -> bytes:
    """A workbook. Its date of creation is that of the report, so that the same report makes the same file."""
    import xlsxwriter

    data = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(data, options)
    book.set_properties({"title": report.title, "subject": report.period, "created": _moment(report.generated_at)})
    sheets = _Sheets(book)
    sheets.summary(report)
    for table in report.tables:
        sheets.table(table)
    sheets.method(report)
    book.close()
    return data.getvalue()


class _Sheets:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.total = book.add_format({"bold": True, "top": 1, "align": "right"})
        self.right = book.add_format({"align": "right"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def summary(self, report: Report) -> None:
        sheet = self._sheet("Summary", (38, 18, 90))
        about = (report.title, report.kit_name, report.period, f"Made {report.generated_at}, {report.form} form")
        for number, text in enumerate(about):
            sheet.write_string(number, 0, text, self.bold)
        number = len(about) + 1
        for title, facts in (
            ("Figures", report.facts),
            ("Range that attendances could lie in", report.range),
            ("What these figures cover", report.coverage),
        ):
            number = self._facts(sheet, number, title, facts) + 1

    def table(self, table: Table) -> None:
        sheet = self._sheet(table.title[:31], (34, *(16 for _ in table.columns)))
        sheet.write_string(0, 0, table.note)
        for place, title in enumerate((table.heading, *(title for _, title in table.columns))):
            sheet.write_string(2, place, title, self.head)
        for number, row in enumerate(table.all_rows, start=3):
            last = row is table.total
            sheet.write_string(number, 0, row.title, self.total if last else None)
            for place, cell in enumerate(row.cells, start=1):
                self._cell(sheet, number, place, cell, self.total if last else self.right)
        sheet.freeze_panes(3, 1)

    def method(self, report: Report) -> None:
        sheet = self._sheet("Method", (34, 110))
        for number, (title, text) in enumerate(report.method):
            sheet.write_string(number, 0, title, self.wrapped)
            sheet.write_string(number, 1, text, self.wrapped)

    def _facts(self, sheet: Any, number: int, title: str, facts: Iterable[Fact]) -> int:
        sheet.write_string(number, 0, title, self.head)
        for number, fact in enumerate(facts, start=number + 1):  # noqa: B020 (the line goes on from there)
            sheet.write_string(number, 0, fact.title)
            self._cell(sheet, number, 1, fact.value, self.right)
            sheet.write_string(number, 2, fact.note, self.wrapped)
        return number + 1

    def _sheet(self, name: str, widths: Iterable[int]) -> Any:
        sheet = self.book.add_worksheet(name)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _cell(self, sheet: Any, number: int, place: int, cell: Cell, style: Any) -> None:
        if isinstance(cell, str):
            sheet.write_string(number, place, cell, style)
        elif cell is None:
            sheet.write_blank(number, place, None, style)
        else:
            sheet.write_number(number, place, cell, style)


def _moment(iso: str) -> datetime:
    """As workbooks have it: without a zone."""
    return datetime.fromisoformat(iso).replace(tzinfo=None)
