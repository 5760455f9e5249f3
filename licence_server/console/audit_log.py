"""The audit log: who did what, when and why, by a filter in the address; the same as a file."""

from typing import Any

from flask import Response, request
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextInput
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.downloads import download
from licence_server.console.errors import error_page
from licence_server.console.fields import day_field
from licence_server.console.links import link
from licence_server.console.lists import PAGE, ExportForm, FilterForm, cursor, period_of
from licence_server.console.pages import page
from licence_server.console.written import changed, moment, words
from licence_server.domain import dates
from licence_server.domain.spreadsheet import csv_bytes
from licence_server.domain.text import is_one_line
from licence_server.services import api_keys, audit_checks, audit_search, people
from licence_server.services.audit_search import AuditFilter, Line
from licence_server.web import now, runtime

_HEADS = ("Number", "When", "Who", "What", "About", "Reason", "Changes", "Time (UTC)", "Actor", "Subject", "Hash")
# As long as the longest name. SQLite takes no pattern of any length.
_LONGEST_ABOUT = 200
# The pages of what an entry is about, and what they call its id.
_PAGES = {"organisation": "organisation_id", "licence": "licence_id", "kit": "kit_id"}


class AuditForm(FilterForm):
    action = SelectField("What", widget=GovSelect(), default="")
    actor = SelectField("Who", widget=GovSelect(), default="")
    about = StringField("About (a name, or an id)", widget=GovTextInput(), render_kw={"autocomplete": "off"})
    since = day_field("From", hint="")
    until = day_field("To", hint="")

    def __init__(self, *arguments: Any, **fields: Any) -> None:
        super().__init__(*arguments, **fields)
        self.action.choices = [
            SelectChoice("", "Anything"),
            *(SelectChoice(action, words(action)) for action in audit_search.actions(runtime())),
        ]
        self.actor.choices = [
            SelectChoice("", "Anybody"),
            *(SelectChoice(f"person:{row.id}", row.email) for row in people.list_all(runtime())),
            *(SelectChoice(f"api_key:{row.id}", f"API key {row.name}") for row in api_keys.list_all(runtime())),
            SelectChoice("cli", "The command line"),
            SelectChoice("installation", "The kits themselves"),
            SelectChoice("retention", "Retention"),
        ]

    def validate_about(self, field: Any) -> None:
        typed = field.data or ""
        if len(typed) > _LONGEST_ABOUT or not is_one_line(typed):
            raise ValidationError(f"Enter a name or an id in one line of at most {_LONGEST_ABOUT} characters")

    def chosen(self) -> AuditFilter | None:
        """The filter this asks for; None where something in it cannot be read, which is then said at its field."""
        period = period_of(self, "since", "until") if self.validate() else None
        if period is None:
            return None
        about = (self.about.data or "").strip() or None
        return AuditFilter(self.action.data or None, self.actor.data or None, about, period)


@blueprint.get("/audit")
def audit_log() -> Response:
    """The newest entries that the filter lets through."""
    form = AuditForm(request.args)
    wanted = form.chosen()
    return page(
        "audit_log.html",
        422 if wanted is None else 200,
        form=form,
        found=audit_search.list_page(runtime(), wanted, limit=PAGE, cursor=cursor()) if wanted is not None else None,
        total=audit_search.count(runtime(), wanted) if wanted is not None else 0,
        query=form.address(),
        export=ExportForm(),
        last=audit_checks.read_last(runtime()),
        address=_address,
    )


@blueprint.post("/audit/export")
def export_audit_log() -> Response:
    """Exactly what the filter in the address shows, as a file."""
    wanted = AuditForm(request.args).chosen()
    if wanted is None or not ExportForm().validate_on_submit():
        return error_page(422, "filter_invalid", "The filter is not one of the audit log.")
    lines = audit_search.export(runtime(), wanted, now=now(), actor=gate.member().actor)
    today = dates.day_of(now(), runtime().timezone)
    return download(f"audit-log-{today}.csv", csv_bytes(_HEADS, map(_row, lines)))


def _row(line: Line) -> tuple[object, ...]:
    entry = line.entry
    return (
        entry.number,
        moment(entry.at),
        line.actor.text,
        words(entry.action),
        line.subject.text,
        entry.reason,
        "; ".join(map(changed, line.changes)),
        dates.written(entry.at, "seconds"),
        entry.actor,
        entry.subject,
        entry.hash.hex(),
    )


def _address(line: Line) -> str | None:
    """The page of what an entry is about, where there is one."""
    named = line.subject
    if named.kind == "person":
        return link("people")
    return link(named.kind, **{_PAGES[named.kind]: named.id}) if named.kind in _PAGES and named.id else None
