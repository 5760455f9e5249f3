"""Import organisations from a CSV file: upload it; the preview and the confirmation are in bulk_jobs.py."""

from flask import Response, redirect, url_for
from flask_wtf.file import FileField, FileRequired
from govuk_frontend_wtf.wtforms_widgets import GovFileInput
from werkzeug.wrappers import Response as Redirect
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.downloads import download
from licence_server.console.forms import button
from licence_server.console.grant_form import NOTHING, GrantForm
from licence_server.console.pages import page
from licence_server.domain.errors import Invalid
from licence_server.domain.organisation_file import MAX_BYTES, Fault
from licence_server.domain.spreadsheet import csv_bytes
from licence_server.services import bulk_jobs, bulk_selections
from licence_server.services.organisation_imports import ImportRefused
from licence_server.web import now, runtime

_FAULTS_SHOWN = 100
_COLUMNS = ("name", "contact_email", "sector", "reference")
_EXAMPLE = (
    ("Baker & Sons", "office@baker.example", "Retail", "B-0001"),
    ("The Corner Café", "hello@corner.example", "Hospitality", "B-0002"),
)


class ImportForm(GrantForm):
    file = FileField("CSV file", widget=GovFileInput(), validators=[FileRequired("Choose a file")])
    submit = button("Check the file")

    def validate_kit_id(self, field: SelectField) -> None:
        """Whether licences are granted is chosen, never left to a default."""
        if not field.data:
            raise ValidationError("Choose a kit, or that nothing is granted")


@blueprint.route("/import", methods=["GET", "POST"])
def import_organisations() -> Response | Redirect:
    """Upload a file. It is read and checked; nothing is imported before the preview is confirmed."""
    form = ImportForm()
    form.offer_kits("Choose", SelectChoice(NOTHING, "No kit: import the organisations, grant nothing"))
    faults: list[Fault] = []
    if form.validate_on_submit():
        sent = form.file.data
        try:
            work = bulk_selections.from_file(
                (sent.filename or "a file")[:200], sent.stream.read(MAX_BYTES + 1), form.grant()
            )
        except ImportRefused as refused:
            faults = refused.faults
            form.take(Invalid(refused.code, "", {"file": _count(len(faults))}))
        except Invalid as error:
            form.take(error)
        else:
            job_id = bulk_jobs.create(runtime(), gate.member().id, work, now=now())
            return redirect(url_for("console.bulk_job", job_id=job_id))
    status = 422 if form.errors else 200
    return page("import.html", status, form=form, faults=faults[:_FAULTS_SHOWN], more=len(faults) - _FAULTS_SHOWN)


@blueprint.get("/import/example.csv")
def import_example() -> Response:
    """A file to begin with."""
    return download("organisations.csv", csv_bytes(_COLUMNS, _EXAMPLE))


def _count(faults: int) -> str:
    what = "1 fault" if faults == 1 else f"{faults:,} faults"
    return f"The file has {what}, listed below. Nothing was imported: correct the file and choose it again"
