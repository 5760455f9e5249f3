"""The statuses of domain.licence as SQL, for lists that filter by them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_

from licence_server.domain.licence import Status
from licence_server.models import Licence


def with_status(query: Select[Any], status: Status, now: datetime) -> Select[Any]:
    """Only licences that domain.licence.status would give this status at a moment."""
    return query.where(has_status(status, now))


def has_status(status: Status, now: datetime) -> ColumnElement[bool]:
    """The same as a condition."""
    ended: ColumnElement[bool] = Licence.ends_at <= now
    running = or_(Licence.ends_at.is_(None), Licence.ends_at > now)
    untouched = (Licence.revoked_at.is_(None), Licence.suspended_at.is_(None))
    conditions: dict[Status, tuple[ColumnElement[bool], ...]] = {
        Status.REVOKED: (Licence.revoked_at.is_not(None),),
        Status.SUSPENDED: (Licence.revoked_at.is_(None), Licence.suspended_at.is_not(None)),
        Status.EXPIRED: (*untouched, ended),
        Status.PENDING: (*untouched, running, Licence.starts_at > now),
        Status.ACTIVE: (*untouched, running, Licence.starts_at <= now),
    }
    return and_(*conditions[status])
