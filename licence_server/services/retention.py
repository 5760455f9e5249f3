"""Retention: remove raw reports and the ids of ended installations once the period set is over.

* Totals stay as they are: what removed reports had added to them is sealed, in the transaction that removes
  them (sealed_totals.py), and a hash of every removed id stays (removed_reports.py).
* A batch is one transaction under the lock of the setting, so only one worker removes at a time; a run that
  is killed leaves whole batches behind and is simply run again.
* Batches are looked up outside their transaction: on SQLite a search through all reports holds up nobody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.domain.errors import Refused
from licence_server.models import CarriedMessage, RejectedReport, UsageReport
from licence_server.services import removals, removed_installations, settings
from licence_server.services.removals import Act, Limit
from licence_server.services.runtime import Runtime

BATCH = 1000
# Each of these costs a search through what raw reports there are: nothing else finds their installation.
INSTALLATIONS = 100

ACTOR = "retention"


@dataclass(frozen=True)
class Removed:
    """What a run removed, or would. received_before: the first day that is kept."""

    received_before: date
    reports: int
    rejected: int
    messages: int
    installations: int


def due(runtime: Runtime, *, now: datetime, days: int | None = None) -> Removed:
    """What a run would remove now, without removing it; with `days`, if that were the period.

    Raises Refused where no period is set.
    """
    with runtime.database.snapshot() as session:
        limit = removals.limit(runtime, session, now) if days is None else removals.limit_of(runtime, days, now)
        if limit is None:
            raise _NOT_SET
        counts = [session.scalar(select(func.count()).select_from(kind.find(limit).subquery())) or 0 for kind in _KINDS]
    return Removed(limit.day, *counts)


def run(runtime: Runtime, *, now: datetime, actor: str, rest: Callable[[], object] = lambda: None) -> Removed:
    """Remove everything that is due, batch by batch. rest: called between batches. Raises Refused as `due`."""
    with runtime.database.reading() as session:
        limit = removals.limit(runtime, session, now)
    if limit is None:
        raise _NOT_SET
    act = Act(runtime, now, actor)
    counts = [_remove_all(act, kind, limit, rest) for kind in _KINDS]
    with runtime.database.writing() as session:
        settings.note_run(session, act.today)
    return Removed(limit.day, *counts)


def run_daily(runtime: Runtime, *, now: datetime, rest: Callable[[], object] = lambda: None) -> Removed | None:
    """The same for the server, once a day; None where a period is not set or today's run is done."""
    retention = settings.get_retention(runtime)
    if retention.days is None or retention.last_run_on == dates.day_of(now, runtime.timezone):
        return None
    return run(runtime, now=now, actor=ACTOR, rest=rest)


@dataclass(frozen=True)
class _Kind:
    """find: the keys of what is due. remove: some of them, in one transaction; how many."""

    find: Callable[[Limit], Any]
    remove: Callable[[Act, Sequence[Any], Session], int]
    batch: int


# In this order: an installation can go once nothing that it sent is left.
_KINDS = (
    _Kind(
        lambda limit: select(UsageReport.id).where(removals.reports_due(limit)),
        removals.remove_reports,
        BATCH,
    ),
    _Kind(
        lambda limit: select(RejectedReport.installation_id, RejectedReport.identity).where(
            removals.rejections_due(limit)
        ),
        removals.remove_rejections,
        BATCH,
    ),
    _Kind(
        lambda limit: select(CarriedMessage.installation_id, CarriedMessage.jti).where(removals.messages_due(limit)),
        removals.remove_messages,
        BATCH,
    ),
    _Kind(removed_installations.due, removed_installations.remove, INSTALLATIONS),
)


def _remove_all(act: Act, kind: _Kind, limit: Limit, rest: Callable[[], object]) -> int:
    database, total, stuck = act.runtime.database, 0, None
    while keys := _find_batch(act, kind, limit):
        removed = database.write(partial(kind.remove, act, keys))
        total += removed
        if not removed:
            # Another worker was faster, or, where the same is found again, the period was set anew meanwhile.
            if keys == stuck:
                break
            stuck = keys
        rest()
    return total


def _find_batch(act: Act, kind: _Kind, limit: Limit) -> list[Any]:
    with act.runtime.database.reading() as session:
        rows = session.execute(kind.find(limit).limit(kind.batch)).all()
    return [row[0] if len(row) == 1 else tuple(row) for row in rows]


_NOT_SET = Refused("retention_not_set", "No period is set, so everything is kept: `licence-server retention set DAYS`.")
