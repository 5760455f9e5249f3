"""Grant the same to many organisations: choose them and the terms; the preview is in bulk_jobs.py."""

import re

from flask import Response, redirect, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextArea
from werkzeug.wrappers import Response as Redirect
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.forms import button
from licence_server.console.grant_form import GrantForm
from licence_server.console.pages import page
from licence_server.domain.errors import Invalid
from licence_server.services import bulk_jobs, bulk_selections
from licence_server.services.bulk_work import Grant, Work
from licence_server.web import now, runtime

_WHOM = [
    SelectChoice("all", "All organisations without a licence for this kit"),
    SelectChoice("sector", "Those of one sector"),
    SelectChoice("references", "Those of a list of references"),
]


class BulkGrantForm(GrantForm):
    whom = RadioField("Which organisations", widget=GovRadioInput(), choices=_WHOM, default="all")
    sector = SelectField("Sector", widget=GovSelect(), description="If you chose those of one sector.")
    references = TextAreaField(
        "References",
        widget=GovTextArea(),
        description="If you chose a list of references: one on each line, as they stand in your own list.",
    )
    submit = button("Look who gets one")


@blueprint.route("/bulk-grant", methods=["GET", "POST"])
def bulk_grant() -> Response | Redirect:
    """Choose kit, terms and organisations. Nothing is granted before the preview is confirmed."""
    form = BulkGrantForm()
    form.offer_kits("Choose a kit")
    form.sector.choices = [
        SelectChoice("", "Choose a sector"),
        *(
            SelectChoice(sector.name, f"{sector.name} ({sector.organisations:,})")
            for sector in bulk_selections.sectors(runtime())
        ),
    ]
    if form.validate_on_submit():
        try:
            work = _work(form)
        except Invalid as error:
            form.take(error)
        else:
            job_id = bulk_jobs.create(runtime(), gate.member().id, work, now=now())
            return redirect(url_for("console.bulk_job", job_id=job_id))
    return page("bulk_grant.html", 422 if form.errors else 200, form=form)


def _work(form: BulkGrantForm) -> Work:
    """The job that the form asks for. Raises Invalid, naming the fields."""
    grant = form.grant()
    if grant is None:
        raise Invalid("kit_missing", "", {"kit_id": "Choose a kit"})
    work = _selected(form, grant)
    if not work.targets and not work.unknown:
        raise Invalid("nobody_selected", "", {"whom": "There is no such organisation"})
    return work


def _selected(form: BulkGrantForm, grant: Grant) -> Work:
    if form.whom.data == "all":
        return bulk_selections.everybody(runtime(), grant)
    if form.whom.data == "sector":
        if not form.sector.data:
            raise Invalid("sector_missing", "", {"sector": "Choose a sector"})
        return bulk_selections.everybody(runtime(), grant, sector=form.sector.data)
    references = [part.strip() for part in re.split(r"[\n\t;,]", form.references.data or "") if part.strip()]
    if not references:
        raise Invalid("references_missing", "", {"references": "Enter at least one reference"})
    return bulk_selections.referenced(runtime(), grant, references)
