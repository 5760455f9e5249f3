"""The installations that a report counts, and what they add up to."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, distinct, func, or_, select, true

from licence_server.models import Installation, Licence
from licence_server.services import installation_sums
from licence_server.services.written_once import Statement, written_once

Since = tuple[tuple[int, datetime], ...]
"""Every check-in time in days that a licence has, in order, and since when a kit that keeps it must have synced. To the
hour, so that what is written with it is of use for an hour."""


class FieldSums(NamedTuple):
    """Installations, and the organisations that have them."""

    organisations: int
    activated: int
    reporting: int
    copied: int
    declined: int
    missing: int

    def installations(self) -> dict[str, int]:
        return {
            "activated": self.activated,
            "reporting": self.reporting,
            "silent": self.activated - self.declined - self.reporting,
            "copied": self.copied,
            "declined": self.declined,
        }


@written_once
def sums(kit_id: str | None, start: datetime | None, end: datetime | None, since: Since) -> Statement:
    """The columns of `FieldSums`."""
    counted = and_(true(), *overlapping(start, end))
    added = installation_sums.by_licence(
        activated=func.count().filter(counted),
        declined=func.count().filter(counted, *answering("declined", since)),
        reporting=func.count().filter(counted, *answering("reporting", since)),
        copied=func.count().filter(counted, Installation.copied_at.is_not(None)),
        # Of all: when a report that never came was sent is not known.
        missing=func.sum(Installation.missing_reports),
    )
    query: Statement = select(
        func.count(distinct(Licence.organisation_id)).filter(added.c.activated > 0),
        *(func.coalesce(func.sum(added.c[name]), 0) for name in FieldSums._fields[1:]),
    )
    return installation_sums.of_kit(query, added, kit_id)


def overlapping(start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    """Activated before an end, and neither released nor revoked before a start."""
    conditions: list[ColumnElement[bool]] = []
    if end is not None:
        conditions.append(Installation.activated_at < end)
    if start is not None:
        for column in (Installation.released_at, Installation.revoked_at):
            conditions.append(or_(column.is_(None), column >= start))
    return conditions


def answering(answer: str, since: Since) -> list[ColumnElement[bool]]:
    """Of an installation and its licence, whether it is `reporting`, `silent` or `declined`; any other: no matter.

    An activation is no sync: one that has never synced is silent from the beginning.
    """
    declined = Installation.declined_at.is_not(None)
    if answer == "declined":
        return [declined]
    if answer == "reporting":
        return [~declined, synced_since(since)]
    if answer == "silent":
        return [~declined, or_(Installation.last_sync_at.is_(None), ~synced_since(since))]
    return []


def synced_since(since: Since) -> ColumnElement[bool]:
    """Synced within the check-in time of its licence."""
    if not since:
        return Installation.last_sync_at.is_not(None)
    soonest, latest = (Installation.last_sync_at >= moment for _, moment in (since[0], since[-1]))
    if len(since) == 1:
        return soonest
    # Only what lies between the shortest and the longest time needs a look at its licence: most never do.
    days = select(Licence.check_in_days).where(Licence.id == Installation.licence_id).scalar_subquery()
    return or_(soonest, and_(latest, Installation.last_sync_at >= case(dict(since), value=days)))
