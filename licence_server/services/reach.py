"""How far the end of a licence reaches: who it stops, and by when at the latest."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from licence_server.domain import dates
from licence_server.models import Installation, Licence
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


@dataclass(frozen=True)
class Impact:
    """The same, told apart by what may be expected of each installation.

    at_once: have been in touch within their check-in time, so their next sync is near. later: have been
    silent; they stop when lease and grace have run out. at_latest: the last of these moments, of all.
    """

    at_once: int
    later: int
    later_by: datetime | None
    at_latest: datetime | None


def impact_of_licence(runtime: Runtime, licence_id: UUID, *, now: datetime) -> Impact:
    """What suspending or revoking a licence stops, and by when."""
    return _impact(runtime, Installation.licence_id == licence_id, now)


def impact_of_organisation(runtime: Runtime, organisation_id: UUID, *, now: datetime) -> Impact:
    """What revoking every licence of an organisation stops, and by when."""
    return _impact(runtime, Installation.organisation_id == organisation_id, now)


def impact_of_installation(runtime: Runtime, installation_id: UUID, *, now: datetime) -> Impact:
    """What ending one installation stops, and by when."""
    return _impact(runtime, Installation.id == installation_id, now)


def _impact(runtime: Runtime, which: ColumnElement[bool], now: datetime) -> Impact:
    query = (
        select(Installation.seat_until, Installation.last_sync_at, Installation.activated_at, Licence.check_in_days)
        .join(Licence, Licence.id == Installation.licence_id)
        .where(which, Installation.seat_until > now)
    )
    with runtime.database.reading() as session:
        rows = session.execute(query).all()
    later = [
        row.seat_until
        for row in rows
        if (row.last_sync_at or row.activated_at)
        < dates.to_hour(dates.shifted(now, timedelta(days=-row.check_in_days)))
    ]
    every = [row.seat_until for row in rows]
    return Impact(len(rows) - len(later), len(later), max(later, default=None), max(every, default=None))
