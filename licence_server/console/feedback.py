"""Feedback: what people said of kits and films; take a comment away that says too much."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovSelect
from werkzeug.wrappers import Response as Redirect
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.downloads import download
from licence_server.console.errors import error_page
from licence_server.console.fields import day_field, reason_field
from licence_server.console.forms import OnceForm, button
from licence_server.console.kit_choices import known_kits
from licence_server.console.links import link
from licence_server.console.lists import PAGE, ExportForm, FilterForm, cursor, period_of
from licence_server.console.pages import page
from licence_server.console.written import day
from licence_server.domain import dates
from licence_server.domain.errors import Conflict, Invalid
from licence_server.domain.spreadsheet import csv_bytes
from licence_server.services import feedback as services
from licence_server.services import feedback_summary, organisations
from licence_server.services.feedback import FeedbackFilter
from licence_server.services.feedback_summary import RATINGS
from licence_server.web import now, runtime

Answer = Response | Redirect

_HEADS = ("Day", "Organisation", "Kit", "About", "Rating", "Comment", "Comment redacted on")
AS_A_WHOLE = "The kit as a whole"


class Titles:
    """The kits and items there are, by their titles."""

    def __init__(self) -> None:
        self.kits = known_kits()
        self._names: dict[str, str] = {kit.id: kit.name for kit in self.kits}
        self._titles: dict[tuple[str, str], str] = {
            (kit.id, item.item_id): item.title for kit in self.kits for item in kit.items
        }

    def kit(self, row: services.Feedback) -> str:
        return self._names.get(row.kit_id, row.kit_id)

    def about(self, row: services.Feedback) -> str:
        if row.item_id is None:
            return AS_A_WHOLE
        return self._titles.get((row.kit_id, row.item_id), row.item_id)


class FeedbackForm(FilterForm):
    kit = SelectField("Kit", widget=GovSelect(), default="")
    item = SelectField("Film or document", widget=GovSelect(), default="")
    rating = SelectField(
        "Rating",
        widget=GovSelect(),
        default="",
        choices=[SelectChoice("", "Any"), *(SelectChoice(str(rating), str(rating)) for rating in RATINGS)],
    )
    comment = SelectField(
        "Comment",
        widget=GovSelect(),
        default="",
        choices=[SelectChoice("", "With or without"), SelectChoice("yes", "With a comment")],
    )
    since = day_field("From", hint="")
    until = day_field("To", hint="")
    organisation_id = HiddenField()

    def __init__(self, titles: Titles, *arguments: Any, **fields: Any) -> None:
        super().__init__(*arguments, **fields)
        self.kit.choices = [SelectChoice("", "Any"), *(SelectChoice(kit.id, kit.name) for kit in titles.kits)]
        items = {item.item_id: item.title for kit in titles.kits for item in kit.items}
        self.item.choices = [SelectChoice("", "Any"), *(SelectChoice(name, title) for name, title in items.items())]

    def chosen(self) -> FeedbackFilter | None:
        """The filter this asks for; None where something in it cannot be read, which is then said at its field."""
        period = period_of(self, "since", "until") if self.validate() else None
        if period is None:
            return None
        try:
            organisation_id = UUID(self.organisation_id.data) if self.organisation_id.data else None
        except ValueError:
            self.form_errors = ("The organisation in the address is none of ours",)
            return None
        return FeedbackFilter(
            period,
            organisation_id,
            self.kit.data or None,
            self.item.data or None,
            int(self.rating.data) if self.rating.data else None,
            bool(self.comment.data),
        )


class RedactForm(OnceForm):
    reason = reason_field()
    submit = button("Take the comment away", params={"classes": "govuk-button--warning"})


@blueprint.get("/feedback")
def feedback() -> Response:
    """The newest feedback that the filter lets through, and what it says on the whole."""
    titles = Titles()
    form = FeedbackForm(titles, request.args)
    wanted = form.chosen()
    of = organisations.get(runtime(), wanted.organisation_id) if wanted and wanted.organisation_id else None
    return page(
        "feedback.html",
        422 if wanted is None else 200,
        form=form,
        titles=titles,
        of=of,
        found=services.list_page(runtime(), wanted, limit=PAGE, cursor=cursor()) if wanted is not None else None,
        summary=feedback_summary.summarise(runtime(), wanted) if wanted is not None else None,
        query=form.address(),
        export=ExportForm(),
        link=link,
        ratings=RATINGS,
    )


@blueprint.post("/feedback/export")
def export_feedback() -> Response:
    """Exactly what the filter in the address shows, as a file."""
    titles = Titles()
    wanted = FeedbackForm(titles, request.args).chosen()
    if wanted is None or not ExportForm().validate_on_submit():
        return error_page(422, "filter_invalid", "The filter is not one of the list of feedback.")
    rows = services.export(runtime(), wanted, now=now(), actor=gate.member().actor)
    cells = (
        (
            day(row.day),
            row.organisation,
            titles.kit(row),
            titles.about(row),
            row.rating,
            row.comment,
            day(row.redacted_at) if row.redacted_at else None,
        )
        for row in rows
    )
    today = dates.day_of(now(), runtime().timezone)
    return download(f"feedback-{today}.csv", csv_bytes(_HEADS, cells))


@blueprint.route("/feedback/<uuid:report_id>/redact", methods=["GET", "POST"])
def redact_feedback(report_id: UUID) -> Answer:
    """Take a comment away for good; its rating stays."""
    row, form = services.get(runtime(), report_id), RedactForm()
    if form.validate_on_submit():
        try:
            form.once(lambda: _redact(report_id, form.reason.data))
        except Conflict as error:
            form.take(Invalid(error.code, error.detail))
        else:
            return redirect(url_for("console.feedback"))
    status = 422 if form.errors or form.form_errors else 200
    return page("redact_feedback.html", status, form=form, row=row, titles=Titles())


def _redact(report_id: UUID, reason: str) -> dict[str, Any]:
    services.redact(runtime(), report_id, reason, now=now(), actor=gate.member().actor)
    return {}
