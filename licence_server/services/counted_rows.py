"""The rows that a figure of the report counts, for the lists that open from it.

* The conditions are the report's own (`report_figures`), so that a list is as long as the figure says.
* `missing` is the one figure that is no number of rows: its list holds the installations that add to it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from licence_server.domain.period import ALL_TIME, Period
from licence_server.models import Installation, Licence, Organisation
from licence_server.services.report_figures import Figures
from licence_server.services.runtime import Runtime

ORGANISATION_FIGURES = ("granted", "activated")
INSTALLATION_FIGURES = ("activated", "reporting", "silent", "declined", "missing")


@dataclass(frozen=True)
class Counted:
    """A figure of a report: one of the names above. kit_id: None for all kits."""

    figure: str
    period: Period = ALL_TIME
    kit_id: str | None = None


def organisations(runtime: Runtime, session: Session, counted: Counted, now: datetime) -> ColumnElement[bool]:
    """Which organisations a figure counts."""
    figures = Figures(session, runtime, counted.period, counted.kit_id, now)
    if counted.figure == "granted":
        return Organisation.id.in_(select(Licence.organisation_id).where(*figures.granted()))
    return Organisation.id.in_(select(Installation.organisation_id).where(*figures.activated()))


def installations(runtime: Runtime, session: Session, counted: Counted, now: datetime) -> list[ColumnElement[bool]]:
    """Which installations a figure counts; conditions on an installation and its licence."""
    figures = Figures(session, runtime, counted.period, counted.kit_id, now)
    if counted.figure == "missing":
        return [*figures.of_kit(), Installation.missing_reports > 0]
    return [*figures.activated(), *figures.answering(counted.figure)]
