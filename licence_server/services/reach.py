"""How far the end of a licence reaches: who it stops, and by when at the latest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from licence_server.models import Installation
from licence_server.services.runtime import Runtime


@dataclass(frozen=True)
class Reach:
    """installations: how many hold a lease or its grace. at_latest: when the last of these runs out."""

    installations: int
    at_latest: datetime | None


def of_licence(runtime: Runtime, licence_id: UUID, *, now: datetime) -> Reach:
    """Installations that a revocation stops: each at its next sync, at the latest when its grace ends."""
    query = select(func.count(), func.max(Installation.seat_until)).where(
        Installation.licence_id == licence_id, Installation.seat_until > now
    )
    with runtime.database.reading() as session:
        count, at_latest = session.execute(query).one()
    return Reach(count, at_latest)
