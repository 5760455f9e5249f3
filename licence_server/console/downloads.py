"""Files that a page hands out."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import Response

from licence_server.domain import dates
from licence_server.domain.spreadsheet import csv_bytes


def download(name: str, content: bytes, kind: str = "text/csv; charset=utf-8") -> Response:
    """A file to save; no browser keeps it on the way. name: plain ASCII."""
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A table as a file for spreadsheets."""
    return download(name, csv_bytes(head, ([_written(value) for value in row] for row in rows)))


def _written(value: object) -> object:
    """Moments in UTC to the second, as everywhere outside the pages."""
    return dates.written(value, "seconds") if isinstance(value, datetime) else value
