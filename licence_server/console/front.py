"""The way in: the root of the service, pages that are not there."""

from flask import Blueprint, Response, redirect, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirect

from licence_server.console.blueprint import blueprint

root = Blueprint("front", __name__)


@root.get("/")
def front() -> Redirect:
    """Whoever types the bare address is one of the team."""
    return redirect(url_for("console.overview"))


@blueprint.get("/<path:address>")
def unknown_page(address: str) -> Response:
    """An address under /console that is no page."""
    raise NotFound("The address may be mistyped, or the page was removed.")
