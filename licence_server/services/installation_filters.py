"""Conditions on installations, for queries."""

from datetime import datetime

from sqlalchemy import ColumnElement

from licence_server.domain.licence import Status
from licence_server.models import Installation
from licence_server.services.licence_filters import has_status


def held() -> tuple[ColumnElement[bool], ...]:
    """Installations that were neither released nor revoked."""
    return Installation.released_at.is_(None), Installation.revoked_at.is_(None)


def in_use(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Of an installation and its licence: such a one whose licence is in force."""
    return (*held(), has_status(Status.ACTIVE, now))
