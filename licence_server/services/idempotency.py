"""Idempotency-Key: a POST sent again gets the first answer, and nothing happens twice.

* The record is written in the transaction of the act itself, so there is never one without the other.
* The same key with another request is refused. A replay leaves secrets out: they were shown once.
* Records are forgotten after a day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from licence_server.domain.errors import Invalid
from licence_server.models import IdempotencyRecord
from licence_server.services.runtime import Runtime

KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Answer:
    """status: HTTP status. body: JSON text. etag: or None."""

    status: int
    body: str
    etag: str | None
    replayed: bool = False


def once(
    runtime: Runtime,
    *,
    api_key_id: UUID,
    key: str,
    fingerprint: bytes,
    now: datetime,
    act: Callable[[], tuple[Answer, str]],
) -> Answer:
    """Run `act` unless this key was used before. `act` returns its answer, and its body without secrets.

    fingerprint: a hash of method, path and body. Raises Invalid where the key came with another request.
    """

    def use_case(session: Session) -> Answer:
        forget(session, now)
        known = session.get(IdempotencyRecord, (api_key_id, key))
        if known is not None:
            if known.fingerprint != fingerprint:
                raise Invalid("idempotency_key_reused", "This Idempotency-Key was used before, with another request.")
            return Answer(known.status, known.body, known.etag, replayed=True)
        record = IdempotencyRecord(
            api_key_id=api_key_id, key=key, fingerprint=fingerprint, status=0, body="", created_at=now
        )
        session.add(record)
        # Another request with this key waits here, or finds it taken and is run again by `write`.
        session.flush()
        answer, public_body = act()
        record.status, record.body, record.etag = answer.status, public_body, answer.etag
        return answer

    return runtime.database.write(use_case)


def forget(session: Session, now: datetime) -> None:
    """Delete records that have had their day."""
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.created_at <= now - KEPT))
