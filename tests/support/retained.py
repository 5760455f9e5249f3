"""Retention on a deployment in this process, and everything that its database holds."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from licence_server.models.base import Base
from licence_server.services import retention, settings
from licence_server.services.retention import Removed
from tests.support.deployment import ACTOR, Deployment

DAYS = 60


def keep_for(deployment: Deployment, days: int | None = DAYS) -> None:
    settings.set_retention(deployment.runtime, days, now=deployment.clock(), actor=ACTOR)


def retain(deployment: Deployment) -> Removed:
    """A run; a dry one before it must have said the same."""
    foretold = retention.due(deployment.runtime, now=deployment.clock())
    removed = retention.run(deployment.runtime, now=deployment.clock(), actor=ACTOR)
    assert foretold == removed
    nothing = retention.due(deployment.runtime, now=deployment.clock())
    assert (nothing.reports, nothing.rejected, nothing.messages, nothing.installations) == (0, 0, 0, 0)
    return removed


def counts(removed: Removed) -> tuple[int, int, int, int]:
    return removed.reports, removed.rejected, removed.messages, removed.installations


def figures(deployment: Deployment) -> list[Any]:
    """Every figure: of all time, of each month, by kit and organisation as the API gives them."""
    first, today = date(2026, 1, 1), deployment.clock().date()
    months, day = [], first
    while day <= today:
        following = (day + timedelta(days=32)).replace(day=1)
        months.append(deployment.report(first=day, last=following - timedelta(days=1)))
        day = following
    key = deployment.api_key()
    summaries = deployment.client.get("/api/v1/usage-summaries?limit=100", headers=key).json
    return [deployment.report(), *months, summaries]


def rows(deployment: Deployment, model: type[Base]) -> int:
    with deployment.runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def everything(deployment: Deployment) -> str:
    """All that is in the database, as one text to search in."""
    found = []
    with deployment.runtime.database.snapshot() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                found += [value.hex() if isinstance(value, bytes) else str(value) for value in row]
    return "\n".join(found)
