"""The committee's page: the published form of a whole month or the whole trial, to print and to hand out."""

from flask import Response, request
from govuk_frontend_wtf.wtforms_widgets import GovSelect
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from licence_server.console.blueprint import blueprint
from licence_server.console.errors import error_page
from licence_server.console.figures import hand_out, shown
from licence_server.console.kit_choices import kit_choices
from licence_server.console.lists import ExportForm, FilterForm
from licence_server.console.pages import page
from licence_server.documents import formats
from licence_server.domain import months
from licence_server.domain.committee_report import Report
from licence_server.domain.errors import Conflict, Invalid, NotFound
from licence_server.domain.months import PublishablePeriod
from licence_server.services import committee
from licence_server.web import now, runtime


class CommitteeForm(FilterForm):
    kit = SelectField("Kit", widget=GovSelect(), default="")
    # Any other month is refused below, in words that say why.
    month = SelectField("Period", widget=GovSelect(), default="", validate_choice=False)

    def __init__(self, *arguments: object, **fields: object) -> None:
        super().__init__(*arguments, **fields)
        self.kit.choices = kit_choices()
        if not self.kit.data and self.kit.choices:
            self.kit.data = self.kit.choices[0].value
        used = committee.months_to_publish(runtime(), self.kit.data, now=now()) if self.kit.data else []
        self.month.choices = [
            SelectChoice("", "The whole trial, up to the last month that is over"),
            *(SelectChoice(f"{month:%Y-%m}", months.title(month)) for month in used),
        ]

    @property
    def is_too_early(self) -> bool:
        """Whether nothing can be published of the kit yet, which is nobody's mistake."""
        return not self.kit.choices or (not self.month.data and len(self.month.choices) == 1 and self.validate())

    def report(self) -> Report | None:
        """The report that was chosen; None where there is none, which is then said at the fields."""
        if not self.validate():
            return None
        try:
            period = PublishablePeriod(months.parse(self.month.data) if self.month.data else None)
            return committee.published(runtime(), period, now=now(), kit_id=self.kit.data or None)
        except (Invalid, Conflict, NotFound) as error:
            self.month.errors = [*self.month.errors, error.detail]
            return None


@blueprint.get("/report")
def committee_report() -> Response:
    """One page that can be defended."""
    form = CommitteeForm(request.args)
    if form.is_too_early:
        return page("committee_report.html", form=form, report=None, query={})
    report = form.report()
    if report is None:
        return page("committee_report.html", 422, form=form, report=None, query={})
    return page("committee_report.html", form=form, query=form.address(), **shown(report))


@blueprint.post("/report/export/<name>")
def export_committee_report(name: str) -> Response:
    """The same page as a file."""
    report = CommitteeForm(request.args).report()
    if report is None or name not in formats.FORMATS or not ExportForm().validate_on_submit():
        return error_page(422, "filter_invalid", "This is not a period and a form that can be published.")
    return hand_out(report, name)
