"""Opaque learners and their first day: each is counted once, on that day."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from licence_server.domain.tally import Tally
from licence_server.models import Learner
from licence_server.services.among import Among
from licence_server.services.prepared import Prepared
from licence_server.services.row_sets import insert_rows
from licence_server.services.usage_totals import Owner

_TABLE: Any = Learner.__table__
_LOCK = Prepared(
    select(*_TABLE.c)
    .where(Among(_TABLE.c.kit_id, "kit_ids"), Among(_TABLE.c.learner_hash, "learner_hashes"))
    .order_by(_TABLE.c.kit_id, _TABLE.c.learner_hash)
    .with_for_update()
)
_MOVE = Prepared(
    update(_TABLE)
    .where(_TABLE.c.kit_id == bindparam("of_kit"), _TABLE.c.learner_hash == bindparam("of_learner"))
    .values(organisation_id=bindparam("new_organisation"), first_day=bindparam("new_day"))
)


_First = tuple[UUID, date]
"""Whose total counts a learner, and on which day."""


def remember(
    connection: Connection, first_days: Mapping[Owner, Mapping[bytes, date]], tallies: dict[Owner, Tally]
) -> None:
    """Note learners seen, and move them in the tallies where a day becomes their first.

    Raises IntegrityError where another transaction notes one of them for the first time at the same moment; done
    again, this one finds it.
    """
    seen = [(kit_id, learner) for (_, kit_id), days in first_days.items() for learner in days]
    if not seen:
        return
    stored = _lock(connection, seen)
    known = dict(stored)
    for owner, days in sorted(first_days.items()):
        organisation_id, kit_id = owner
        for learner, day in days.items():
            first = known.get((kit_id, learner))
            if first is not None:
                former_id, former_day = first
                if day >= former_day:
                    continue
                tallies[former_id, kit_id].usage[former_day, "distinct_learners"] -= 1
            known[kit_id, learner] = organisation_id, day
            tallies[owner].move_learner(None, day)
    new = [
        {"kit_id": kit_id, "learner_hash": learner, "organisation_id": organisation_id, "first_day": day}
        for (kit_id, learner), (organisation_id, day) in sorted(known.items())
        if (kit_id, learner) not in stored
    ]
    moved = [
        {"of_kit": kit_id, "of_learner": learner, "new_organisation": organisation_id, "new_day": day}
        for (kit_id, learner), (organisation_id, day) in known.items()
        if stored.get((kit_id, learner), (organisation_id, day)) != (organisation_id, day)
    ]
    insert_rows(connection, _TABLE, new)
    _MOVE.run_many(connection, moved)


def _lock(connection: Connection, seen: list[tuple[str, bytes]]) -> dict[tuple[str, bytes], _First]:
    rows = _LOCK.all(
        connection, kit_ids=list({kit_id for kit_id, _ in seen}), learner_hashes=[learner for _, learner in seen]
    )
    return {(kit_id, learner): (organisation_id, day) for kit_id, learner, organisation_id, day in rows}
