"""One organisation: its page, its history; add one, edit one."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from werkzeug.wrappers import Response as Redirect
from wtforms import StringField
from wtforms.validators import InputRequired

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.forms import button
from licence_server.console.lists import PAGE, cursor
from licence_server.console.pages import page
from licence_server.console.versions import Difference, VersionForm
from licence_server.domain import organisation as rules
from licence_server.domain.errors import Conflict, Invalid, Stale
from licence_server.services import (
    installation_search,
    licences,
    organisation_history,
    organisation_search,
    token_standings,
)
from licence_server.services import organisations as services
from licence_server.services.installation_search import InstallationFilter
from licence_server.web import now, runtime

Answer = Response | Redirect

_FEW = 10


class OrganisationForm(VersionForm):
    name = StringField("Name", widget=GovTextInput(), validators=[InputRequired("Enter a name")])
    reference = StringField(
        "Reference (optional)", widget=GovTextInput(), description="Your own number for this organisation."
    )
    sector = StringField("Sector (optional)", widget=GovTextInput(), render_kw={"list": "sectors"})
    contact_email = StringField(
        "Contact e-mail address (optional)",
        widget=GovTextInput(),
        description="Where you write to about its licences.",
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    submit = button("Save")

    def details(self) -> dict[str, str | None]:
        """What was typed, tidied. Raises Invalid."""
        return rules.details_of({name: self[name].data for name in rules.LENGTHS})


@blueprint.get("/organisations/<uuid:organisation_id>")
def organisation(organisation_id: UUID) -> Response:
    """Everything about one organisation."""
    found = services.get(runtime(), organisation_id)
    held = InstallationFilter(organisation_id=organisation_id)
    granted = licences.list_page(
        runtime(), now=now(), limit=PAGE, cursor=None, sort="-created_at", organisation_id=organisation_id
    )
    return page(
        "organisation.html",
        organisation=found,
        licences=granted.items,
        more_licences=granted.next_cursor is not None,
        tokens=token_standings.of_organisation(runtime(), organisation_id, now=now(), limit=PAGE),
        installations=installation_search.list_page(runtime(), held, now=now(), limit=_FEW, cursor=None).items,
        installation_count=installation_search.count(runtime(), held, now=now()),
        months=organisation_history.usage_by_month(runtime(), organisation_id),
        history=organisation_history.of_organisation(runtime(), organisation_id, limit=_FEW, cursor=None),
        done=request.args.get("done"),
    )


@blueprint.get("/organisations/<uuid:organisation_id>/history")
def organisation_history_page(organisation_id: UUID) -> Response:
    """All of what was done, page by page."""
    return page(
        "organisation_history.html",
        organisation=services.get(runtime(), organisation_id),
        found=organisation_history.of_organisation(runtime(), organisation_id, limit=PAGE, cursor=cursor()),
    )


@blueprint.route("/organisations/add", methods=["GET", "POST"])
def add_organisation() -> Answer:
    """Add one."""
    form = OrganisationForm(version="1")
    if form.validate_on_submit():
        try:
            outcome = form.once(lambda: _add(form.details()))
        except (Invalid, Conflict) as error:
            form.take(_beside(error))
        else:
            return redirect(url_for("console.organisation", organisation_id=outcome["id"], done="added"))
    return _form_page(form, 422 if form.errors else 200)


@blueprint.route("/organisations/<uuid:organisation_id>/edit", methods=["GET", "POST"])
def edit_organisation(organisation_id: UUID) -> Answer:
    """Change its details."""
    found = services.get(runtime(), organisation_id)
    form, status, differences = OrganisationForm(obj=found), 200, []
    if form.validate_on_submit():
        try:
            form.once(lambda: _change(organisation_id, form))
        except Stale:
            found, status = services.get(runtime(), organisation_id), 412
            differences = [
                Difference(form[name].label.text, getattr(found, name), form[name].data or None)
                for name in rules.LENGTHS
            ]
            form.accept(found.version)
        except (Invalid, Conflict) as error:
            form.take(_beside(error))
        else:
            return redirect(url_for("console.organisation", organisation_id=organisation_id, done="changed"))
    if form.errors and status == 200:
        status = 422
    return _form_page(form, status, organisation=found, differences=[one for one in differences if one.differs])


def _form_page(form: OrganisationForm, status: int, **values: Any) -> Response:
    return page("organisation_form.html", status, form=form, sectors=organisation_search.sectors(runtime()), **values)


def _add(details: dict[str, str | None]) -> dict[str, str]:
    name = details.pop("name") or ""
    added = services.add(runtime(), now=now(), actor=gate.member().actor, name=name, **details)
    return {"id": str(added.id)}


def _change(organisation_id: UUID, form: OrganisationForm) -> dict[str, str]:
    services.update(
        runtime(), organisation_id, form.details(), now=now(), actor=gate.member().actor, version=form.seen()
    )
    return {}


def _beside(error: Invalid | Conflict) -> Invalid:
    """A refusal with the field it belongs to."""
    if isinstance(error, Invalid):
        return error
    return Invalid(error.code, error.detail, {"reference": error.detail})
