"""Figures in JSON: per organisation and kit, and the report over all."""

from typing import Any

from marshmallow import fields

from licence_server.schemas.fields import Day, Identifier, Slug
from licence_server.schemas.lists import Answered, Asked, ListQuery, page_of


def _written(form: str, **options: Any) -> fields.String:
    """A day or a moment that the report has written already."""
    return fields.String(required=True, metadata={"format": form}, **options)


class TotalQuery(Asked):
    """GET /usage-summaries/total. Without `from` and `to`: all time."""

    first = Day(data_key="from", load_default=None, metadata={"description": "First day of the period."})
    last = Day(data_key="to", load_default=None, metadata={"description": "Last day of the period."})
    kit = Slug(load_default=None, metadata={"description": "One kit alone."})


class SummaryQuery(ListQuery, TotalQuery):
    """GET /usage-summaries."""

    organisation = Identifier(load_default=None, metadata={"description": "One organisation alone."})


class SessionFigures(Answered):
    """Sittings in which a kit was used."""

    workshop = fields.Integer(required=True)
    individual = fields.Integer(required=True)
    total = fields.Integer(required=True)


class FeedbackFigures(Answered):
    """Opinions."""

    count = fields.Integer(required=True)
    mean_rating = fields.Float(required=True, allow_none=True)


class UsageSummary(Answered):
    """What one organisation did with one kit in the period."""

    organisation_id = Identifier(required=True)
    organisation = fields.String(required=True, metadata={"description": "Its name."})
    kit_id = Slug(required=True)
    sessions = fields.Nested(SessionFigures, required=True)
    attendances = fields.Integer(required=True)
    distinct_learners = fields.Integer(required=True, metadata={"description": "Browser profiles, not people."})
    session_seconds = fields.Integer(required=True)
    feedback = fields.Nested(FeedbackFigures, required=True)


UsageSummaryList = page_of(UsageSummary)


class Period(Answered):
    """Whole days, both included; null where open."""

    first = _written("date", data_key="from", attribute="from", allow_none=True)
    last = _written("date", data_key="to", attribute="to", allow_none=True)


class OrganisationFigures(Answered):
    """How many organisations."""

    granted = fields.Integer(required=True)
    activated = fields.Integer(required=True)
    reporting = fields.Integer(required=True)


class InstallationFigures(Answered):
    """How many installations; silence is not zero."""

    activated = fields.Integer(required=True)
    reporting = fields.Integer(required=True)
    silent = fields.Integer(required=True)
    copied = fields.Integer(required=True)
    declined = fields.Integer(required=True)


class ItemFigures(Answered):
    """What was seen of one item."""

    id = Slug(required=True)
    title = fields.String(required=True)
    plays = fields.Integer(required=True)
    completions = fields.Integer(required=True)
    seconds = fields.Integer(required=True)


class ReceiptFigures(Answered):
    """What came in, by the day of receipt."""

    accepted = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    duplicates = fields.Integer(required=True)
    dated_on_receipt = fields.Integer(required=True)


class CoverageFigures(Answered):
    """How much of the field the figures cover."""

    reporting_share = fields.Float(required=True, allow_none=True)
    last_report_at = _written("date-time", allow_none=True)


class UsageReportDocument(Answered):
    """The report, as every form of it gives it."""

    period = fields.Nested(Period, required=True)
    kit = Slug(required=True, allow_none=True)
    generated_at = _written("date-time")
    organisations = fields.Nested(OrganisationFigures, required=True)
    installations = fields.Nested(InstallationFigures, required=True)
    sessions = fields.Nested(SessionFigures, required=True)
    attendances = fields.Integer(required=True)
    distinct_learners = fields.Integer(required=True)
    session_seconds = fields.Integer(required=True)
    items = fields.List(fields.Nested(ItemFigures), required=True)
    feedback = fields.Nested(FeedbackFigures, required=True)
    reports = fields.Nested(ReceiptFigures, required=True)
    coverage = fields.Nested(CoverageFigures, required=True)
