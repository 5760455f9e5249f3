"""Installations: the list by state, its export; release one, revoke one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovSelect
from werkzeug.wrappers import Response as Redirect
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.counted import CountedForm, in_words
from licence_server.console.downloads import csv_file
from licence_server.console.errors import error_page
from licence_server.console.fields import reason_field
from licence_server.console.forms import OnceForm
from licence_server.console.lists import PAGE, ExportForm, cursor
from licence_server.console.pages import page
from licence_server.domain.errors import Conflict, Invalid
from licence_server.services import installation_search, licences, organisations, reach
from licence_server.services import installations as services
from licence_server.services.installation_search import InstallationFilter, State
from licence_server.web import now, runtime

Answer = Response | Redirect

_STATES = [
    SelectChoice("", "Any"),
    SelectChoice(State.IN_USE.value, "In use"),
    SelectChoice(State.STOPPED.value, "Stopped: its licence is not in force"),
    SelectChoice(State.SILENT.value, "Silent: not in touch in time, or never since activation"),
    SelectChoice(State.NEVER_SYNCED.value, "Never in touch since activation"),
    SelectChoice(State.COPIED.value, "Copied"),
    SelectChoice(State.DECLINED.value, "Usage reporting declined"),
    SelectChoice(State.RELEASED.value, "Released"),
    SelectChoice(State.REVOKED.value, "Revoked"),
]
_COLUMNS = (
    "id",
    "organisation_id",
    "organisation",
    "kit",
    "kit_version",
    "label",
    "status",
    "licence_status",
    "holds_seat",
    "activated_at",
    "last_in_touch",
    "copied_at",
    "declined_at",
    "missing_reports",
)


class InstallationsForm(CountedForm):
    state = SelectField("State", widget=GovSelect(), choices=_STATES, default="")
    organisation_id = HiddenField()
    licence_id = HiddenField()

    def chosen(self) -> InstallationFilter | None:
        """The filter this asks for; None where the address is none of ours."""
        if not self.validate():
            return None
        try:
            of = {
                name: UUID(self[name].data) if self[name].data else None for name in ("organisation_id", "licence_id")
            }
        except ValueError:
            return None
        return InstallationFilter(self.state.data, of["organisation_id"], of["licence_id"], self.figure())


class ReasonForm(OnceForm):
    reason = reason_field()


@blueprint.get("/installations")
def installations() -> Response:
    """Where kits run, as far as the filter lets through."""
    form = InstallationsForm(request.args)
    chosen = form.chosen()
    if chosen is None:
        return _no_such_filter()
    of = organisations.get(runtime(), chosen.organisation_id) if chosen.organisation_id else None
    counted = chosen.counted
    # The one figure that is a sum over every row, and asked for by few.
    sums_up = counted is not None and counted.figure == "missing"
    return page(
        "installations.html",
        form=form,
        of=of,
        found=installation_search.list_page(runtime(), chosen, now=now(), limit=PAGE, cursor=cursor()),
        total=installation_search.count(runtime(), chosen, now=now()),
        missing=installation_search.missing_reports(runtime(), chosen, now=now()) if sums_up else None,
        counted=in_words(counted, "Installations") if counted else None,
        query=form.address(),
        export=ExportForm(),
    )


@blueprint.post("/installations/export")
def export_installations() -> Response:
    """Exactly what the filter in the address shows, as a file."""
    chosen = InstallationsForm(request.args).chosen()
    if chosen is None or not ExportForm().validate_on_submit():
        return _no_such_filter()
    rows = installation_search.export(runtime(), chosen, now=now(), actor=gate.member().actor)
    return csv_file(
        "installations.csv",
        _COLUMNS,
        (
            (
                row.installation.id,
                row.installation.organisation_id,
                row.organisation,
                row.installation.kit_id,
                row.installation.kit_version,
                row.installation.label,
                row.status.value,
                row.licence.value,
                "yes" if row.holds_seat else "no",
                row.installation.activated_at,
                row.installation.last_sync_at,
                row.installation.copied_at,
                row.installation.declined_at,
                row.installation.missing_reports,
            )
            for row in rows
        ),
    )


@blueprint.route("/installations/<uuid:installation_id>/release", methods=["GET", "POST"])
def release_installation(installation_id: UUID) -> Answer:
    """Take its seat back; the kit may be activated again."""
    return _act(installation_id, services.release)


@blueprint.route("/installations/<uuid:installation_id>/revoke", methods=["GET", "POST"])
def revoke_installation(installation_id: UUID) -> Answer:
    """End it for good."""
    return _act(installation_id, services.revoke)


def _act(installation_id: UUID, act: Callable[..., Any]) -> Answer:
    view = services.get(runtime(), installation_id, now=now())
    owner, form = view.installation.organisation_id, ReasonForm()

    def run() -> dict[str, Any]:
        act(runtime(), installation_id, now=now(), actor=gate.member().actor, reason=form.reason.data)
        return {}

    if form.validate_on_submit():
        try:
            form.once(run)
        except Conflict as error:
            form.take(Invalid(error.code, error.detail.removesuffix(".")))
        else:
            return redirect(url_for("console.installations", organisation_id=owner))
    return page(
        "installation_act.html",
        422 if form.errors or form.form_errors else 200,
        form=form,
        act=gate.view_name(),
        view=view,
        licence=licences.get(runtime(), view.installation.licence_id, now=now()).status,
        organisation=organisations.get(runtime(), owner),
        impact=reach.impact_of_installation(runtime(), installation_id, now=now()),
    )


def _no_such_filter() -> Response:
    return error_page(422, "filter_invalid", "The filter is not one of the list of installations.")
