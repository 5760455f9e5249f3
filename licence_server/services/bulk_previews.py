"""What a job on many organisations would do, looked up before it is confirmed."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from licence_server.models import Organisation
from licence_server.services import bulk_batches
from licence_server.services.bulk_work import Target, Work
from licence_server.services.chunks import rows_by
from licence_server.services.runtime import Runtime


class LeftOut(NamedTuple):
    """status: of the licence that the organisation has already."""

    organisation_id: UUID
    name: str
    reference: str | None
    status: str


class Preview(NamedTuple):
    """What a job would do now. new, known: rows of a file. alike: new ones named as an organisation that is here.

    spelled: sectors of new rows with the one of before that differs in capitals alone; each counts as its own.
    """

    new: int
    known: int
    alike: list[str]
    spelled: dict[str, str]
    to_grant: int
    left_out: list[LeftOut]


def preview(runtime: Runtime, work: Work, *, now: datetime) -> Preview:
    """Look what a job would do, without doing it."""
    references = [target.reference for target in work.targets if target.reference is not None]
    ids = [target.organisation_id for target in work.targets if target.organisation_id is not None]
    here: Select[*tuple[Any, ...]] = select(Organisation.id, Organisation.name, Organisation.reference)
    named: Select[*tuple[Any, ...]] = select(Organisation.name).distinct()
    with runtime.database.snapshot() as session:
        known = rows_by(session, here, Organisation.reference, references)
        known += rows_by(session, here, Organisation.id, ids)
        there = {row.reference for row in known}
        new = [target for target in work.targets if target.details is not None and target.reference not in there]
        names = [str(target.details["name"]) for target in new if target.details is not None]
        alike = [row.name for row in rows_by(session, named, Organisation.name, names)]
        spelled = _spelled(session, new)
        held = {}
        if work.grant is not None:
            held = bulk_batches.holdings(session, [row.id for row in known], work.grant.kit_id, now)
    left_out = [
        LeftOut(row.id, row.name, row.reference, held[row.id])
        for row in sorted(known, key=lambda row: row.name)
        if row.id in held
    ]
    to_grant = len(new) + len(known) - len(left_out) if work.grant is not None else 0
    return Preview(len(new), len(known) if work.imports else 0, sorted(alike), spelled, to_grant, left_out)


def _spelled(session: Session, new: list[Target]) -> dict[str, str]:
    """Sectors that nobody has, with one that is here, or stands earlier in the file, in other capitals."""
    query = select(Organisation.sector).where(Organisation.sector.is_not(None)).distinct()
    here = {str(sector) for sector in session.scalars(query)}
    before = {sector.casefold(): sector for sector in sorted(here)}
    named = [target.details["sector"] for target in new if target.details is not None]
    unknown = [sector for sector in dict.fromkeys(named) if sector is not None and sector not in here]
    return {sector: first for sector in unknown if (first := before.setdefault(sector.casefold(), sector)) != sector}
