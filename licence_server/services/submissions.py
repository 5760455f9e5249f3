"""A form sent twice does its act once: by a double click, the back button, a browser that tries again.

Every form that changes something carries an id of its own. The first submission runs the act and keeps its
outcome, sealed, for some minutes; the same id from the same person gets that outcome again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete
from sqlalchemy.orm import Session

from licence_server.database import insert_into
from licence_server.models import Submission
from licence_server.services.runtime import Runtime

MEMORY = timedelta(hours=1)


def once(
    runtime: Runtime, submission_id: UUID, person_id: UUID, act: Callable[[], dict[str, Any]], *, now: datetime
) -> dict[str, Any]:
    """The outcome of an act, which runs at the first submission alone, in one transaction with the note of it.

    Raises what the act raises; then nothing is noted, and the form can be sent again.
    """

    def run(session: Session) -> dict[str, Any]:
        forget(session, now)
        first = session.execute(
            insert_into(session, Submission)
            .values(id=submission_id, person_id=person_id, outcome=b"", created_at=now)
            .on_conflict_do_nothing(index_elements=[Submission.id, Submission.person_id])
            .returning(Submission.id)
        ).one_or_none()
        row = session.get_one(Submission, (submission_id, person_id))
        if first is None:
            kept: dict[str, Any] = msgspec.json.decode(runtime.secret_keys.unseal(row.outcome))
            return kept
        outcome = act()
        row.outcome = runtime.secret_keys.seal(msgspec.json.encode(outcome))
        return outcome

    return runtime.database.write(run)


def forget(session: Session, now: datetime) -> None:
    """Delete outcomes that have had their time."""
    session.execute(delete(Submission).where(Submission.created_at <= now - MEMORY))
