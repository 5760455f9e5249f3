"""Jobs on many organisations: kept between preview and confirmation, done in batches, forgotten after an hour.

* Nothing is changed before a job is confirmed. It belongs to whoever made it.
* A job is done in batches, each a transaction of its own that also notes that it is done. So no batch is
  done twice, however often the form is sent and whatever was interrupted; kits and colleagues get their turn
  between two batches, which one long transaction would not give them on SQLite.
* What the batches did, activation tokens included, is kept sealed for an hour from the confirmation on.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from licence_server.domain.errors import not_found
from licence_server.models import BulkJob, BulkPart
from licence_server.services import bulk_batches
from licence_server.services.bulk_work import Done, Work
from licence_server.services.runtime import Runtime

MEMORY = timedelta(hours=1)
BATCH = 250
# In one request: some seconds' worth. What is left goes on when the form is sent again.
BATCHES_AT_ONCE = 100

_PAUSE_SECONDS = 0.05


class Job(msgspec.Struct, frozen=True):
    """parts: what each batch that is done did, by its number."""

    id: UUID
    work: Work
    confirmed_at: datetime | None
    kept_until: datetime
    parts: dict[int, list[Done]]

    @property
    def batches(self) -> int:
        return _batches(self.work)

    @property
    def complete(self) -> bool:
        return len(self.parts) == self.batches

    @property
    def done(self) -> list[Done]:
        """What was done so far, in the order of the job."""
        return [one for number in sorted(self.parts) for one in self.parts[number]]


def create(runtime: Runtime, person_id: UUID, work: Work, *, now: datetime) -> UUID:
    """Keep a job for its confirmation. Returns its id."""
    job_id = uuid4()
    with runtime.database.writing() as session:
        forget(session, now)
        sealed = runtime.secret_keys.seal(msgspec.json.encode(work))
        session.add(BulkJob(id=job_id, person_id=person_id, work=sealed, created_at=now, kept_until=now + MEMORY))
    return job_id


def get(runtime: Runtime, job_id: UUID, person_id: UUID, *, now: datetime) -> Job:
    """A job of one's own. Raises NotFound, also where it has been forgotten."""
    with runtime.database.snapshot() as session:
        row = _load(session, job_id, person_id, now)
        parts = session.execute(select(BulkPart.number, BulkPart.outcome).where(BulkPart.job_id == job_id)).all()
    unseal = runtime.secret_keys.unseal
    return Job(
        id=row.id,
        work=msgspec.json.decode(unseal(row.work), type=Work),
        confirmed_at=row.confirmed_at,
        kept_until=row.kept_until,
        parts={number: msgspec.json.decode(unseal(outcome), type=list[Done]) for number, outcome in parts},
    )


def run(
    runtime: Runtime,
    job_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
    actor: str,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Confirm a job and do it, or go on with it. Raises NotFound, Invalid (its terms no longer hold)."""
    with runtime.database.writing() as session:
        row = _load(session, job_id, person_id, now, lock=True)
        work = msgspec.json.decode(runtime.secret_keys.unseal(row.work), type=Work)
        if work.grant is not None:
            bulk_batches.period_of(runtime, work.grant, row.confirmed_at or now)
        if row.confirmed_at is None:
            row.confirmed_at, row.kept_until = now, now + MEMORY
        confirmed_at = row.confirmed_at
        done = set(session.scalars(select(BulkPart.number).where(BulkPart.job_id == job_id)))
    left = [number for number in range(_batches(work)) if number not in done]
    for number in left[:BATCHES_AT_ONCE]:
        # Again from the start of the batch where somebody took one of its references meanwhile.
        runtime.database.write(partial(_do_batch, runtime, job_id, work, number, confirmed_at, actor))
        # Whoever waits for SQLite asks now and then; a moment in which nobody holds it lets them in.
        pause(_PAUSE_SECONDS)


def _batches(work: Work) -> int:
    """In how many batches it is done; the last may be shorter."""
    return -(-len(work.targets) // BATCH)


def _do_batch(
    runtime: Runtime, job_id: UUID, work: Work, number: int, now: datetime, actor: str, session: Session
) -> None:
    # The lock makes two requests for the same job take turns.
    job = session.get(BulkJob, job_id, with_for_update=True)
    if job is None or session.get(BulkPart, (job_id, number)) is not None:
        return
    first = number * BATCH
    targets = work.targets[first : first + BATCH]
    done = bulk_batches.do(runtime, session, work, targets, first, now=now, actor=actor)
    session.add(BulkPart(job_id=job_id, number=number, outcome=runtime.secret_keys.seal(msgspec.json.encode(done))))


def forget(session: Session, now: datetime) -> None:
    """Delete jobs that have had their hour, and what they did with them."""
    old = select(BulkJob.id).where(BulkJob.kept_until <= now)
    session.execute(delete(BulkPart).where(BulkPart.job_id.in_(old)))
    session.execute(delete(BulkJob).where(BulkJob.kept_until <= now))


def _load(session: Session, job_id: UUID, person_id: UUID, now: datetime, *, lock: bool = False) -> BulkJob:
    row = session.get(BulkJob, job_id, with_for_update=lock or None)
    if row is None or row.person_id != person_id or row.kept_until <= now:
        raise not_found("job", job_id)
    return row
