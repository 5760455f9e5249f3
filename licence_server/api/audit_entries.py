"""The audit log: who did what, when and why."""

import json
from typing import Any

from licence_server.api import cursors
from licence_server.api.context import runtime
from licence_server.api.team import Reply, endpoint
from licence_server.api.team import blueprint as team_blueprint
from licence_server.domain.scopes import Scope
from licence_server.schemas.audit_entries import AuditEntryList, AuditEntryQuery
from licence_server.services import audit

blueprint = team_blueprint("audit-entries", "Who did what, when and why; hash-chained.")


@endpoint(
    blueprint,
    "GET",
    "",
    scope=Scope.READ,
    query=AuditEntryQuery,
    answer=AuditEntryList,
    refusals=("cursor_invalid",),
)
def find(query: dict[str, Any]) -> Reply:
    """List audit entries, newest first."""
    filters: dict[str, Any] = {name: query.get(name) for name in ("action", "subject")}
    page = audit.list_entries(runtime(), **cursors.place(query), **filters)
    answer = cursors.sealed(page, query, [_shown(entry) for entry in page.items])
    return Reply({**answer, "head": str(audit.read_head(runtime()))})


def _shown(entry: Any) -> dict[str, Any]:
    names = ("number", "at", "actor", "action", "subject", "reason")
    return {
        **{name: getattr(entry, name) for name in names},
        "before": _parsed(entry.before),
        "after": _parsed(entry.after),
        "hash": entry.hash.hex(),
    }


def _parsed(text: str | None) -> dict[str, Any] | None:
    return json.loads(text) if text is not None else None
