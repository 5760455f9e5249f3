"""Files that a page hands out."""

from flask import Response


def download(name: str, content: bytes, kind: str = "text/csv; charset=utf-8") -> Response:
    """A file to save; no browser keeps it on the way. name: plain ASCII."""
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
