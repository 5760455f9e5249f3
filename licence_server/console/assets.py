"""The style and script of the pages: ours, and GOV.UK Frontend's where they were fetched."""

from pathlib import Path

from flask import Response, send_from_directory, url_for
from werkzeug.exceptions import NotFound

from licence_server.console.blueprint import blueprint
from licence_server.services import console_files

_OURS = Path(__file__).parent / "static"


@blueprint.get("/assets/<name>")
def assets(name: str) -> Response:
    """One file. Browsers keep it for an hour."""
    path = _find(name)
    if path is None:
        raise NotFound
    return send_from_directory(path.parent, path.name, max_age=3600)


def address(name: str) -> str:
    """Where a page finds a file: elsewhere once it is another, so that no new page is shown in old style."""
    path = _find(name)
    return url_for("console.assets", name=name, v=None if path is None else f"{path.stat().st_mtime_ns:x}")


def _find(name: str) -> Path | None:
    for directory in (_OURS, console_files.directory()):
        # Not asked for by name: a name may be longer than the file system takes.
        if directory.is_dir() and name in {file.name for file in directory.iterdir() if file.is_file()}:
            return directory / name
    return None
