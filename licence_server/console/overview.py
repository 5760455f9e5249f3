"""The first page after signing in: how the trial stands, and whom to look after."""

from flask import Response

from licence_server.console.blueprint import blueprint
from licence_server.console.pages import page
from licence_server.console.report_links import Links
from licence_server.services import chase_lists, committee, readiness
from licence_server.web import now, runtime


@blueprint.get("/")
def overview() -> Response:
    """The figures of all time, the chase lists and what needs the operator."""
    figures, coverage = committee.overview(runtime(), now=now())
    return page(
        "overview.html",
        figures=figures,
        coverage=coverage,
        links=Links(None, None, None),
        chase=chase_lists.totals(runtime(), now=now()),
        warnings=readiness.check(runtime(), now=now()).warnings,
    )
