"""The forms a report takes outside, by name."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from licence_server.documents.csv_file import csv_file
from licence_server.documents.pdf_file import pdf_file
from licence_server.documents.xlsx_file import xlsx_file
from licence_server.domain.committee_report import Report
from licence_server.domain.series import By


@dataclass(frozen=True)
class Format:
    """How to make a file of a report, and what it is called on the way."""

    media_type: str
    extension: str
    make: Callable[[Report], bytes]


def json_file(report: Report) -> bytes:
    """The whole document."""
    return json.dumps(report.document(), indent=2, ensure_ascii=False).encode() + b"\n"


FORMATS = {
    "json": Format("application/json", "json", json_file),
    "csv": Format("text/csv; charset=utf-8", "csv", csv_file),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", xlsx_file),
    "pdf": Format("application/pdf", "pdf", pdf_file),
}


def render(report: Report, name: str) -> bytes:
    """The report as a file. name: one of FORMATS."""
    return FORMATS[name].make(report)


def file_name(report: Report, name: str) -> str:
    """`use-published-2026-03-01-2026-03-31.pdf`; by week: `use-staff-by-week-all-time.csv`."""
    days = "-".join(day for day in (report.first, report.last) if day is not None) or "all-time"
    form = f"{report.form}-by-week" if report.by is By.WEEK else report.form
    return f"use-{form}-{days}.{FORMATS[name].extension}"
