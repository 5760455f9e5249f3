"""What became of one organisation: the entries of the audit log about it, and its use month by month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from licence_server.domain.audit_difference import Change
from licence_server.domain.tally import USAGE_MEASURES
from licence_server.models import (
    ActivationToken,
    ApiKey,
    AuditEntry,
    Installation,
    Kit,
    Licence,
    Person,
    UsageMonth,
)
from licence_server.services import audit_search
from licence_server.services.paging import Page, page
from licence_server.services.runtime import Runtime


@dataclass(frozen=True)
class HistoryRow:
    """An entry, in words who did it, and what it changed."""

    entry: AuditEntry
    actor: str
    changes: list[Change]


@dataclass(frozen=True)
class MonthOfUse:
    """What an organisation did with one kit in one month. month: its first day."""

    month: date
    kit: str
    measures: dict[str, int]


def of_organisation(runtime: Runtime, organisation_id: UUID, *, limit: int, cursor: str | None) -> Page[HistoryRow]:
    """Entries about the organisation, its licences, tokens and installations, newest first."""
    with runtime.database.reading() as session:
        subjects = [f"organisation:{organisation_id}"]
        licences = select(Licence.id).where(Licence.organisation_id == organisation_id)
        for noun, query in (
            ("licence", licences),
            ("activation_token", select(ActivationToken.id).where(ActivationToken.licence_id.in_(licences))),
            ("installation", select(Installation.id).where(Installation.organisation_id == organisation_id)),
        ):
            subjects += [f"{noun}:{identifier}" for identifier in session.scalars(query)]
        return _page(session, subjects, limit, cursor)


def of_licence(runtime: Runtime, licence_id: UUID, *, limit: int) -> list[HistoryRow]:
    """The newest entries about a licence and its tokens."""
    with runtime.database.reading() as session:
        tokens = session.scalars(select(ActivationToken.id).where(ActivationToken.licence_id == licence_id))
        subjects = [f"licence:{licence_id}", *(f"activation_token:{token}" for token in tokens)]
        return _page(session, subjects, limit, None).items


def usage_by_month(runtime: Runtime, organisation_id: UUID) -> list[MonthOfUse]:
    """Months with usage, the newest first, each kit by itself."""
    query = (
        select(UsageMonth, Kit.name)
        .join(Kit, Kit.id == UsageMonth.kit_id)
        .where(UsageMonth.organisation_id == organisation_id)
        .order_by(UsageMonth.month.desc(), Kit.name, Kit.id)
    )
    with runtime.database.reading() as session:
        return [
            MonthOfUse(row.month, name, {measure: getattr(row, measure) for measure in USAGE_MEASURES})
            for row, name in session.execute(query)
        ]


def _page(session: Session, subjects: list[str], limit: int, cursor: str | None) -> Page[HistoryRow]:
    query = select(AuditEntry).where(AuditEntry.subject.in_(subjects)).order_by(AuditEntry.number.desc())
    found = page(session, query, limit, cursor)
    names = _names(session, {entry.actor for entry in found.items})
    rows = [
        HistoryRow(line.entry, names.get(line.entry.actor, line.entry.actor), line.changes)
        for line in audit_search.lines(session, found.items)
    ]
    return Page(rows, found.next_cursor, found.previous_cursor)


def _names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Who an actor is, where the log keeps but an id."""
    names: dict[str, str] = {}
    for actor in actors:
        kind, _, identifier = actor.partition(":")
        try:
            known: Any = UUID(identifier)
        except ValueError:
            continue
        if kind == "person" and (person := session.get(Person, known)) is not None:
            names[actor] = person.email
        elif kind == "api_key" and (key := session.get(ApiKey, known)) is not None:
            names[actor] = f"API key {key.name}"
        elif kind == "installation":
            names[actor] = "a kit"
    return names
