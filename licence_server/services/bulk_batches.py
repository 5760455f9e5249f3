"""One batch of a job: add the organisations that are new, grant, issue; each with its audit entry."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from licence_server.domain import licence as rules
from licence_server.models import Kit, Licence, Organisation
from licence_server.services import activation_tokens, licences, organisation_imports
from licence_server.services.bulk_work import Done, Grant, Target, Work
from licence_server.services.chunks import rows_by
from licence_server.services.licences import Span
from licence_server.services.runtime import Runtime

# What the rules on the life of a licence look at.
_DATED = (
    Licence.organisation_id,
    Licence.created_at,
    Licence.starts_at,
    Licence.ends_at,
    Licence.suspended_at,
    Licence.revoked_at,
)
_FIELDS = ("id", "name", "reference", "contact_email")


class _Granted(NamedTuple):
    """By organisation. held: the status of the licence that left it out. secrets: of the activation tokens."""

    held: Mapping[UUID, str]
    licences: Mapping[UUID, UUID]
    secrets: Mapping[UUID, str]


_NOTHING = _Granted({}, {}, {})


def do(
    runtime: Runtime,
    session: Session,
    work: Work,
    targets: Sequence[Target],
    first: int,
    *,
    now: datetime,
    actor: str,
) -> list[Done]:
    """Do what the work says to some of its targets, in the caller's transaction. first: the place of the first."""
    if work.grant is not None:
        # Two jobs for the same kit take turns, or both might find an organisation without a licence. The lock is the
        # one that leaves activations alone; before the first entry, as whoever changes the kit takes it.
        session.execute(select(Kit.id).where(Kit.id == work.grant.kit_id).with_for_update(key_share=True))
    found, added = _organisations(runtime, session, targets, first, now=now, actor=actor)
    granted = _NOTHING
    if work.grant is not None:
        granted = _grant(runtime, session, work.grant, list(found), now=now, actor=actor)
    return [
        Done(
            organisation_id=organisation_id,
            name=row["name"],
            reference=row["reference"],
            contact_email=row["contact_email"],
            added=organisation_id in added,
            licence_id=granted.licences.get(organisation_id),
            token=granted.secrets.get(organisation_id),
            left_out=granted.held.get(organisation_id),
        )
        for organisation_id, row in found.items()
    ]


def _grant(
    runtime: Runtime, session: Session, grant: Grant, organisation_ids: list[UUID], *, now: datetime, actor: str
) -> _Granted:
    held = holdings(session, organisation_ids, grant.kit_id, now)
    granted = licences.grant_many(
        runtime,
        session,
        [organisation_id for organisation_id in organisation_ids if organisation_id not in held],
        grant.kit_id,
        kind=grant.kind,
        period=period_of(runtime, grant, now),
        terms=grant.terms,
        now=now,
        actor=actor,
    )
    secrets: dict[UUID, str] = {}
    if grant.tokens:
        issued = activation_tokens.issue_many(runtime, session, list(granted.values()), now=now, actor=actor)
        secrets = {organisation_id: issued[licence_id] for organisation_id, licence_id in granted.items()}
    return _Granted(held, granted, secrets)


def period_of(runtime: Runtime, grant: Grant, now: datetime) -> Span:
    """The period of the licences. Raises Invalid."""
    return rules.period_of_grant(
        kind=grant.kind,
        first=grant.first,
        trial_days=grant.trial_days,
        until=grant.until,
        now=now,
        timezone=runtime.timezone,
    )


def holdings(session: Session, organisation_ids: Sequence[UUID], kit_id: str, now: datetime) -> dict[UUID, str]:
    """Which of these have or had a licence for a kit already, with the status of the newest.

    Those are left out: whether one that has ended or was revoked gets another is decided one by one.
    """
    query: Select[*tuple[Any, ...]] = select(*_DATED).where(Licence.kit_id == kit_id)
    rows = rows_by(session, query, Licence.organisation_id, organisation_ids)
    held = sorted(rows, key=lambda licence: licence.created_at)
    return {licence.organisation_id: rules.status(licence, now).value for licence in held}


def _organisations(
    runtime: Runtime, session: Session, targets: Sequence[Target], first: int, *, now: datetime, actor: str
) -> tuple[dict[UUID, dict[str, Any]], set[UUID]]:
    """The organisations of the targets by id, in order, and which of them were added now.

    A row whose reference somebody has taken since the preview is that organisation's, and changes nothing.
    """
    columns = [getattr(Organisation, name) for name in _FIELDS]
    references = [target.reference for target in targets if target.reference is not None]
    ids = [target.organisation_id for target in targets if target.organisation_id is not None]
    known = rows_by(session, select(*columns), Organisation.reference, references)
    known += rows_by(session, select(*columns), Organisation.id, ids)
    by_reference, by_id = {row.reference: row for row in known}, {row.id: row for row in known}
    found: dict[UUID, dict[str, Any]] = {}
    new: list[dict[str, Any]] = []
    for place, target in enumerate(targets, start=first):
        row = by_id.get(target.organisation_id) if target.organisation_id else by_reference.get(target.reference)
        if row is not None:
            found[row.id] = dict(row._mapping)
        elif target.details is not None:
            new.append(organisation_imports.new_row(target.details, place, now))
            found[new[-1]["id"]] = new[-1]
    if new:
        session.execute(insert(Organisation), new)
        organisation_imports.record_added(runtime, session, new, now=now, actor=actor)
    return found, {row["id"] for row in new}
