"""The first page after signing in."""

from flask import Response

from licence_server.console.blueprint import blueprint
from licence_server.console.pages import page


@blueprint.get("/")
def overview() -> Response:
    """How the trial stands."""
    return page("overview.html")
