"""Which organisations a list shows, as SQL."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from licence_server.domain import dates
from licence_server.domain.licence import Status
from licence_server.models import Installation, Licence, Organisation
from licence_server.services.counted_rows import Counted
from licence_server.services.installation_filters import held
from licence_server.services.licence_filters import with_status
from licence_server.services.text_search import contains

WITHOUT = "none"
"""Instead of a status: organisations without any licence."""


class Silence(StrEnum):
    """What is not heard of an organisation. Silence is not zero: its use is unknown.

    quiet: none of its installations has been in touch for so many days. never_synced: it has
    installations and none has ever been in touch after its activation. not_activated: it has never
    activated a kit. copied: one of its installations shows signs of having been copied.
    """

    QUIET = "quiet"
    NEVER_SYNCED = "never_synced"
    NOT_ACTIVATED = "not_activated"
    COPIED = "copied"


@dataclass(frozen=True)
class OrganisationFilter:
    """search: words, each in name or reference. status: of one of its licences, or WITHOUT. Empty: any."""

    search: str = ""
    status: str = ""
    sector: str = ""
    silence: str = ""
    quiet_days: int = 30
    sort: str = "name"
    counted: Counted | None = None


def containing(text: str) -> ColumnElement[bool]:
    """Whether a text stands in the name or the reference, in whatever case."""
    return contains(text, Organisation.name, Organisation.reference)


def apply(query: Select[Any], chosen: OrganisationFilter, now: datetime) -> Select[Any]:
    """Only the organisations that a filter lets through."""
    for word in chosen.search.split():
        query = query.where(containing(word))
    if chosen.sector:
        query = query.where(Organisation.sector == chosen.sector)
    if chosen.status == WITHOUT:
        query = query.where(Organisation.id.not_in(select(Licence.organisation_id)))
    elif chosen.status:
        query = query.where(
            Organisation.id.in_(with_status(select(Licence.organisation_id), Status(chosen.status), now))
        )
    if chosen.silence:
        query = query.where(_silent(Silence(chosen.silence), chosen.quiet_days, now))
    return query


def _silent(silence: Silence, days: int, now: datetime) -> ColumnElement[bool]:
    owners = select(Installation.organisation_id)
    if silence is Silence.NOT_ACTIVATED:
        return Organisation.id.not_in(owners)
    if silence is Silence.COPIED:
        return Organisation.id.in_(owners.where(Installation.copied_at.is_not(None)))
    if silence is Silence.NEVER_SYNCED:
        heard: ColumnElement[bool] = Installation.last_sync_at.is_not(None)
    else:
        since = dates.to_hour(dates.shifted(now, timedelta(days=-days)))
        heard = func.coalesce(Installation.last_sync_at, Installation.activated_at) >= since
    # Not grouped by organisation: SQLite would look up every installation by its index.
    used = owners.where(*held())
    return and_(Organisation.id.in_(used), Organisation.id.not_in(used.where(heard)))
