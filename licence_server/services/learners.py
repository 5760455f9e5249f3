"""Opaque learners and their first day: each is counted once, on that day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licence_server.database import insert_into
from licence_server.domain.tally import Tally
from licence_server.models import Learner
from licence_server.services.usage_totals import Owner


def remember(session: Session, owner: Owner, first_days: Mapping[bytes, date], tallies: dict[Owner, Tally]) -> None:
    """Note learners seen, and move them in the tallies where a day becomes their first."""
    if not first_days:
        return
    organisation_id, kit_id = owner
    rows: list[dict[str, Any]] = [
        {"kit_id": kit_id, "learner_hash": learner, "organisation_id": organisation_id, "first_day": day}
        for learner, day in sorted(first_days.items())
    ]
    added = set(
        session.scalars(insert_into(session, Learner).on_conflict_do_nothing().returning(Learner.learner_hash), rows)
    )
    for learner in added:
        tallies[owner].move_learner(None, first_days[learner])
    known = session.scalars(
        select(Learner)
        .where(Learner.kit_id == kit_id, Learner.learner_hash.in_(set(first_days) - added))
        .order_by(Learner.learner_hash)
        .with_for_update()
    )
    for row in known:
        day = first_days[row.learner_hash]
        if day < row.first_day:
            tallies[row.organisation_id, kit_id].usage[row.first_day, "distinct_learners"] -= 1
            tallies[owner].move_learner(None, day)
            row.first_day, row.organisation_id = day, organisation_id
    session.flush()
