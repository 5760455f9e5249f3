"""The first page after signing in: how the trial stands, and whom to look after."""

from flask import Response

from licence_server.console.blueprint import blueprint
from licence_server.console.pages import page
from licence_server.console.report_links import Links
from licence_server.domain.period import ALL_TIME
from licence_server.services import chase_lists, committee, readiness
from licence_server.web import now, runtime


@blueprint.get("/")
def overview() -> Response:
    """The figures of all time, the chase lists and what needs the operator."""
    report = committee.staff(runtime(), ALL_TIME, now=now())
    return page(
        "overview.html",
        report=report,
        links=Links(report),
        chase={kind: chase_lists.find(runtime(), kind, now=now()).total for kind in chase_lists.ChaseList},
        warnings=readiness.check(runtime(), now=now()).warnings,
    )
