"""The style and script of the pages: ours, and GOV.UK Frontend's where they were fetched."""

from pathlib import Path

from flask import Response, send_from_directory
from werkzeug.exceptions import NotFound

from licence_server.console.blueprint import blueprint
from licence_server.services import console_files

_OURS = Path(__file__).parent / "static"


@blueprint.get("/assets/<name>")
def assets(name: str) -> Response:
    """One file. Browsers keep it for an hour."""
    for directory in (_OURS, console_files.directory()):
        # Not asked for by name: a name may be longer than the file system takes.
        if directory.is_dir() and name in {file.name for file in directory.iterdir() if file.is_file()}:
            return send_from_directory(directory, name, max_age=3600)
    raise NotFound
