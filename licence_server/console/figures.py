"""Figures for any days, counted to the last one, each with what it does not know and the rows behind it."""

from base64 import b64encode
from typing import Any

from flask import Response, request
from govuk_frontend_wtf.wtforms_widgets import GovSelect
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.downloads import download
from licence_server.console.errors import error_page
from licence_server.console.fields import day_field
from licence_server.console.kit_choices import item_title, kit_choices
from licence_server.console.lists import PAGE, ExportForm, FilterForm, cursor, period_of
from licence_server.console.pages import page
from licence_server.console.report_links import Links
from licence_server.documents import charts, formats
from licence_server.domain.committee_report import Report, Table
from licence_server.domain.period import Period
from licence_server.domain.series import By
from licence_server.services import committee, usage_by_organisation
from licence_server.web import now, runtime


class FiguresForm(FilterForm):
    """Whose use, and when."""

    kit = SelectField("Kit", widget=GovSelect(), default="")
    since = day_field("From", hint="")
    until = day_field("To", hint="")

    def __init__(self, *arguments: object, **fields: object) -> None:
        super().__init__(*arguments, **fields)
        self.kit.choices = kit_choices("All kits")

    def chosen(self) -> tuple[Period, str | None] | None:
        """Period and kit; None where they are wrong, which is then said at the fields."""
        if not self.validate():
            return None
        period = period_of(self, "since", "until")
        return None if period is None else (period, self.kit.data or None)


class SeriesForm(FiguresForm):
    """Also what the figures over time count by; without a word of it, months."""

    by = SelectField(
        "Over time",
        widget=GovSelect(),
        default="",
        choices=[SelectChoice("", "By month"), SelectChoice(By.WEEK.value, "By week")],
    )

    def report(self) -> Report | None:
        """The report that was chosen; None where there is none, which is then said at the fields."""
        chosen = self.chosen()
        if chosen is None:
            return None
        period, kit_id = chosen
        return committee.staff(runtime(), period, now=now(), kit_id=kit_id, by=By(self.by.data or By.MONTH))


@blueprint.get("/figures")
def figures() -> Response:
    """How much the kit is used, and what is not known."""
    form = SeriesForm(request.args)
    report = form.report()
    if report is None:
        return page("figures.html", 422, form=form, report=None, query={})
    return page("figures.html", form=form, query=form.address(), **shown(report))


@blueprint.post("/figures/export/<name>")
def export_figures(name: str) -> Response:
    """The same figures as a file."""
    may_leave = name in ("csv", "xlsx", "json") and ExportForm().validate_on_submit()
    report = SeriesForm(request.args).report() if may_leave else None
    if report is None:
        return error_page(422, "filter_invalid", "These are not days, a kit and a form that figures can have.")
    return hand_out(report, name)


@blueprint.get("/figures/organisations")
def figure_rows() -> Response:
    """What each organisation adds to a figure. sector: "" for those without one; item: a film or document."""
    form = FiguresForm(request.args)
    chosen = form.chosen()
    sector, reporting = request.args.get("sector"), bool(request.args.get("reporting"))
    item = request.args.get("item") or None
    kept = {"sector": sector, "reporting": "yes" if reporting else None, "item": item}
    shown: dict[str, Any] = {"under": "figures", "form": form, "sector": sector, "item": item, "kept": kept}
    if chosen is None:
        return page("figure_rows.html", 422, found=None, query={}, back={}, **shown)
    if item is not None:
        shown["film"] = item_title(item, chosen[1])
    narrower = {"kit_id": chosen[1], "sector": sector, "reporting": reporting, "item_id": item}
    found = usage_by_organisation.list_page(runtime(), chosen[0], limit=PAGE, cursor=cursor(), **narrower)
    return page(
        "figure_rows.html",
        found=found,
        totals=usage_by_organisation.totals(runtime(), chosen[0], **narrower),
        query={**form.address(), **kept},
        back=form.address(),
        **shown,
    )


def shown(report: Report) -> dict[str, Any]:
    """What the templates of a report need: itself, its pictures, the way to the rows, the export's form."""
    drawn = [table for table in report.tables if table.charted and table.rows]
    return {
        "report": report,
        "pictures": {table.key: _picture(table) for table in drawn},
        "others": {
            table.key: [(dict(table.columns)[key], _picture(table, key)) for key in table.also_charted]
            for table in drawn
        },
        "links": Links(report.kit, report.first, report.last),
        "export": ExportForm(),
    }


def hand_out(report: Report, name: str) -> Response:
    """A report as a file. The audit log knows of it before it leaves."""
    content = formats.render(report, name)
    committee.record_export(runtime(), report, now=now(), actor=gate.member().actor, format_=name)
    return download(formats.file_name(report, name), content, formats.FORMATS[name].media_type)


def _picture(table: Table, column: str | None = None) -> str:
    return "data:image/svg+xml;base64," + b64encode(charts.chart(table, column)).decode()
