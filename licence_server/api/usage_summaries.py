"""Figures: per organisation and kit, and the report over all."""

from typing import Any

from licence_server.api import cursors
from licence_server.api.context import now, runtime
from licence_server.api.team import Reply, endpoint
from licence_server.api.team import blueprint as team_blueprint
from licence_server.domain.period import Period
from licence_server.domain.scopes import Scope
from licence_server.schemas.usage_summaries import SummaryQuery, TotalQuery, UsageReportDocument, UsageSummaryList
from licence_server.services import reports

blueprint = team_blueprint("usage-summaries", "Who used it, and how much of the field these figures cover.")


@endpoint(
    blueprint,
    "GET",
    "",
    scope=Scope.REPORTS_READ,
    query=SummaryQuery,
    answer=UsageSummaryList,
    refusals=("cursor_invalid", "period_invalid"),
)
def find(query: dict[str, Any]) -> Reply:
    """List usage per organisation and kit."""
    page = reports.organisation_summaries(
        runtime(),
        Period(query["first"], query["last"]),
        kit_id=query["kit"],
        organisation_id=query["organisation"],
        **cursors.place(query),
    )
    return Reply(cursors.sealed(page, query, [_shown(row) for row in page.items]))


@endpoint(
    blueprint,
    "GET",
    "/total",
    scope=Scope.REPORTS_READ,
    query=TotalQuery,
    answer=UsageReportDocument,
    refusals=("period_invalid", "kit_unknown"),
)
def total(query: dict[str, Any]) -> Reply:
    """The report over all organisations."""
    period = Period(query["first"], query["last"])
    return Reply(reports.report(runtime(), period, now=now(), kit_id=query["kit"]))


def _shown(row: Any) -> dict[str, Any]:
    workshops, alone = int(row.workshop_sessions), int(row.individual_sessions)
    opinions = int(row.feedback_count)
    return {
        "organisation_id": row.organisation_id,
        "organisation": row.organisation,
        "kit_id": row.kit_id,
        "sessions": {"workshop": workshops, "individual": alone, "total": workshops + alone},
        "attendances": int(row.attendances),
        "distinct_learners": int(row.distinct_learners),
        "session_seconds": int(row.session_seconds),
        "feedback": {
            "count": opinions,
            "mean_rating": round(int(row.rating_sum) / opinions, 2) if opinions else None,
        },
    }
