"""The list of organisations: search, filter, sort, export."""

from flask import Response, request
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextInput
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.counted import CountedForm, in_words
from licence_server.console.downloads import csv_file
from licence_server.console.errors import error_page
from licence_server.console.fields import number_field
from licence_server.console.lists import PAGE, ExportForm, cursor
from licence_server.console.pages import page
from licence_server.domain.licence import MAX_DAYS, Status
from licence_server.services import organisation_search as services
from licence_server.services.organisation_filters import WITHOUT, OrganisationFilter, Silence
from licence_server.web import now, runtime

_STATUSES = [
    SelectChoice("", "Any"),
    *(SelectChoice(status.value, status.value.capitalize()) for status in Status),
    SelectChoice(WITHOUT, "No licence"),
]
_SILENCES = [
    SelectChoice("", "Any"),
    SelectChoice(Silence.QUIET.value, "Silent for some days"),
    SelectChoice(Silence.NEVER_SYNCED.value, "Never in touch since activation"),
    SelectChoice(Silence.NOT_ACTIVATED.value, "Never activated"),
    SelectChoice(Silence.COPIED.value, "Copied"),
]
_SORTS = [
    SelectChoice("name", "Name, A to Z"),
    SelectChoice("-name", "Name, Z to A"),
    SelectChoice("-created_at", "Newest first"),
    SelectChoice("created_at", "Oldest first"),
]
_LONGEST_SEARCH = 200
_COLUMNS = (
    "id",
    "name",
    "reference",
    "sector",
    "contact_email",
    "licences",
    "installations_in_use",
    "copied",
    "last_in_touch",
    "added",
)


class OrganisationsForm(CountedForm):
    search = StringField("Name or reference", widget=GovTextInput(), render_kw={"type": "search"})
    status = SelectField("Licence", widget=GovSelect(), choices=_STATUSES, default="")
    sector = SelectField("Sector", widget=GovSelect(), default="")
    silence = SelectField("Silence", widget=GovSelect(), choices=_SILENCES, default="")
    days = number_field("Days of silence")
    sort = SelectField("Order", widget=GovSelect(), choices=_SORTS, default="name")

    def chosen(self) -> OrganisationFilter:
        """The filter this asks for."""
        return OrganisationFilter(
            search=(self.search.data or "").strip(),
            status=self.status.data,
            sector=self.sector.data,
            silence=self.silence.data,
            quiet_days=OrganisationFilter.quiet_days if self.days.data is None else self.days.data,
            sort=self.sort.data,
            counted=self.figure(),
        )

    def validate_search(self, field: StringField) -> None:
        if len(field.data or "") > _LONGEST_SEARCH:
            raise ValidationError(f"Search for at most {_LONGEST_SEARCH} characters")

    def validate_days(self, field: StringField) -> None:
        if field.data is not None and field.data > MAX_DAYS:
            raise ValidationError(f"Days of silence must be at most {MAX_DAYS}")


@blueprint.get("/organisations")
def organisations() -> Response:
    """Who is there, as far as the filter lets through."""
    form, chosen = _filter()
    if chosen is None:
        return page("organisations.html", 422, form=form, found=None, query={}, total=0, export=ExportForm())
    return page(
        "organisations.html",
        form=form,
        chosen=chosen,
        found=services.list_page(runtime(), chosen, now=now(), limit=PAGE, cursor=cursor()),
        total=services.count(runtime(), chosen, now=now()),
        counted=in_words(chosen.counted, "Organisations") if chosen.counted else None,
        query=form.address(),
        export=ExportForm(),
    )


@blueprint.post("/organisations/export")
def export_organisations() -> Response:
    """Exactly what the filter in the address shows, as a file."""
    _, chosen = _filter()
    if chosen is None or not ExportForm().validate_on_submit():
        return error_page(422, "filter_invalid", "The filter is not one of the list of organisations.")
    rows = services.export(runtime(), chosen, now=now(), actor=gate.member().actor)
    return csv_file(
        "organisations.csv",
        _COLUMNS,
        (
            (
                row.organisation.id,
                row.organisation.name,
                row.organisation.reference,
                row.organisation.sector,
                row.organisation.contact_email,
                " ".join(row.statuses),
                row.installations,
                row.copied,
                row.last_sync_at,
                row.organisation.created_at,
            )
            for row in rows
        ),
    )


def _filter() -> tuple[OrganisationsForm, OrganisationFilter | None]:
    """The form, and what it asks for where it can be read."""
    form = OrganisationsForm(request.args)
    # A sector that an old address names may have gone; then nobody is in it.
    known = sorted({*services.sectors(runtime()), *filter(None, request.args.getlist("sector"))}, key=str.casefold)
    form.sector.choices = [SelectChoice("", "Any"), *(SelectChoice(name) for name in known)]
    form.process(request.args)
    return form, form.chosen() if form.validate() else None
