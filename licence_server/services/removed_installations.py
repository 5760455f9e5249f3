"""Installations that ended long ago: cut their identity, and recognise one that comes back.

* The row stays, since the figures of past periods count it: when it was activated, released or revoked, what
  is missing of its reports. Its id becomes a random one; label, client, lease and tokens go.
* A keyed hash of the id stays. The same id, activated again, takes its row back: what is missing stays
  missing once, what was revoked stays revoked, another organisation's stays elsewhere.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from licence_server.models import (
    CarriedMessage,
    Installation,
    InstallationToken,
    Licence,
    RejectedReport,
    UsageReport,
)
from licence_server.services.among import Among
from licence_server.services.prepared import Prepared
from licence_server.services.removals import Act, Limit, limit, note
from licence_server.services.runtime import Runtime

# The last sync is kept to the hour.
_HOUR = timedelta(hours=1)


def due(until: Limit) -> Select[UUID]:
    """Ids of installations that ended, and were last heard, before the limit.

    What they sent is received no later than they were last heard, messages carried by hand apart: so raw
    reports need not be searched, which have no index by installation.
    """
    return (
        select(Installation.id)
        .join(Licence, Licence.id == Installation.licence_id)
        .where(
            Installation.removed_on.is_(None),
            or_(
                Installation.released_at < until.moment,
                Installation.revoked_at < until.moment,
                Licence.revoked_at < until.moment,
                Licence.ends_at < until.moment,
            ),
            *_last_heard_before(until),
        )
    )


def _last_heard_before(until: Limit) -> list[ColumnElement[bool]]:
    return [
        Installation.activated_at < until.moment,
        or_(Installation.lease_issued_at.is_(None), Installation.lease_issued_at < until.moment),
        or_(Installation.last_sync_at.is_(None), Installation.last_sync_at <= until.moment - _HOUR),
        ~exists().where(CarriedMessage.installation_id == Installation.id, CarriedMessage.received_at >= until.moment),
        ~exists().where(RejectedReport.installation_id == Installation.id, RejectedReport.received_day >= until.day),
    ]


def remove(act: Act, ids: Sequence[UUID], session: Session) -> int:
    """Cut the identity of installations whose reports have been removed. Returns how many."""
    until = limit(act.runtime, session, act.now, lock=True)
    if until is None:
        return 0
    locked = session.scalars(
        select(Installation.id).where(Installation.id.in_(ids)).order_by(Installation.id).with_for_update()
    ).all()
    chosen = set(session.scalars(due(until).where(Installation.id.in_(locked))))
    for model in (UsageReport, RejectedReport, CarriedMessage):
        chosen -= set(
            session.scalars(select(model.installation_id).where(model.installation_id.in_(chosen)).distinct())
        )
    if not chosen:
        return 0
    session.execute(delete(InstallationToken).where(InstallationToken.installation_id.in_(chosen)))
    for installation_id in sorted(chosen, key=str):
        session.execute(
            update(Installation)
            .where(Installation.id == installation_id)
            .values(
                id=uuid4(),
                id_hash=_id_hash(act.runtime, installation_id),
                removed_on=act.today,
                label=None,
                kit_version="",
                client_name="",
                client_version="",
                seat_until=None,
                lease_issued_at=None,
            )
            .execution_options(synchronize_session=False)
        )
    note(act, session, "installations_removed", {"installations": len(chosen)})
    return len(chosen)


_LOCK_REMOVED = Prepared(
    select(Installation.id, Installation.id_hash)
    .where(Among(Installation.id_hash, "id_hashes"))
    .order_by(Installation.id)
    .with_for_update()
)
_BRING_BACK = Prepared(
    update(Installation)
    .where(Installation.id == bindparam("row_id"))
    .values(id=bindparam("installation_id"), id_hash=None, removed_on=None)
)


def lock(
    runtime: Runtime, connection: Connection, installation_ids: Collection[UUID]
) -> Callable[[], dict[UUID, UUID]]:
    """Of ids those whose installation retention has removed, once they are looked at: each with the random id of its
    row."""
    by_hash = {_id_hash(runtime, installation_id): installation_id for installation_id in installation_ids}
    rows = _LOCK_REMOVED.send(connection, id_hashes=list(by_hash))
    return lambda: {by_hash[id_hash]: row_id for row_id, id_hash in rows()}


def bring_back(connection: Connection, row_id: UUID, installation_id: UUID) -> None:
    """Give a removed installation its id again. A refusal afterwards rolls it back."""
    _BRING_BACK.run(connection, row_id=row_id, installation_id=installation_id)


def _id_hash(runtime: Runtime, installation_id: UUID) -> bytes:
    return runtime.secret_keys.hash_id("installation", installation_id.bytes)
