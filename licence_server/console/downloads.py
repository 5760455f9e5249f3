"""Tables as files for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import Response

from licence_server.domain.spreadsheet import safe_cell


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A download. It begins with a byte order mark, without which Excel reads it in another encoding."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([safe_cell(_written(value)) for value in row] for row in rows)
    response = Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _written(value: object) -> object:
    """Moments in UTC to the second, as everywhere outside the pages."""
    return value.isoformat(timespec="seconds").replace("+00:00", "Z") if isinstance(value, datetime) else value
