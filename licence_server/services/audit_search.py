"""The audit log for people: entries by a filter, with the names of those who acted and of what they acted on.

The log itself keeps ids alone. Names are looked up when it is read, so that a business that was renamed shows
under its name of today; of an installation and of a kit's report the log keeps no more than a hash.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.domain.audit_difference import Change, differences
from licence_server.domain.period import ALL_TIME, Period
from licence_server.models import AuditEntry
from licence_server.services import audit, audit_names
from licence_server.services.audit_names import Named
from licence_server.services.paging import Page, page
from licence_server.services.runtime import Runtime

_CHUNK = 1000
# Of an actor these mean everybody of that kind: there are as many as there are kits in the field.
KINDS = ("cli", "installation")


@dataclass(frozen=True)
class AuditFilter:
    """What an entry must be like. actor: `person:ID` and the like, or one of KINDS. about: see audit_names.find."""

    action: str | None = None
    actor: str | None = None
    about: str | None = None
    period: Period = ALL_TIME


@dataclass(frozen=True)
class Line:
    """An entry as people read it."""

    entry: AuditEntry
    actor: Named
    subject: Named
    changes: list[Change]


def list_page(runtime: Runtime, wanted: AuditFilter, *, limit: int, cursor: str | None) -> Page[Line]:
    """Entries, newest first. Raises Invalid for a foreign cursor."""
    with runtime.database.reading() as session:
        query = select(AuditEntry).where(*_conditions(runtime, session, wanted))
        found = page(session, query.order_by(AuditEntry.number.desc()), limit, cursor)
        return Page(lines(session, found.items), found.next_cursor, found.previous_cursor)


def count(runtime: Runtime, wanted: AuditFilter) -> int:
    """How many entries a filter shows."""
    with runtime.database.reading() as session:
        conditions = _conditions(runtime, session, wanted)
        return session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0


def export(runtime: Runtime, wanted: AuditFilter, *, now: datetime, actor: str) -> Iterator[Line]:
    """All entries that a filter shows, newest first; that they left the house is an entry itself, made first."""
    with runtime.database.writing() as session:
        newest = audit.head(session).number
        after = {
            "action": wanted.action,
            "actor": wanted.actor,
            # What was typed may be a name; the log keeps no more than that something was.
            "about": wanted.about is not None,
            "from": wanted.period.first,
            "to": wanted.period.last,
        }
        audit.record(
            runtime, session, now=now, actor=actor, action="audit_log_exported", subject="audit_log", after=after
        )
    return _all(runtime, wanted, newest)


def _all(runtime: Runtime, wanted: AuditFilter, newest: int) -> Iterator[Line]:
    """Chunk by chunk: the log may be long, and nothing in it ever changes."""
    while newest > 0:
        with runtime.database.reading() as session:
            query = select(AuditEntry).where(*_conditions(runtime, session, wanted), AuditEntry.number <= newest)
            entries = session.scalars(query.order_by(AuditEntry.number.desc()).limit(_CHUNK)).all()
            found = lines(session, entries)
        yield from found
        newest = entries[-1].number - 1 if len(entries) == _CHUNK else 0


def actions(runtime: Runtime) -> list[str]:
    """Every kind of act that the log holds."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))


def _conditions(runtime: Runtime, session: Session, wanted: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.action is not None:
        found.append(AuditEntry.action == wanted.action)
    if wanted.actor in KINDS:
        found.append(AuditEntry.actor.startswith(f"{wanted.actor}:"))
    elif wanted.actor is not None:
        found.append(AuditEntry.actor == audit.kept_name(runtime, wanted.actor))
    if wanted.about is not None:
        found.append(AuditEntry.subject.in_(audit_names.find(runtime, session, wanted.about)))
    if wanted.period.first is not None:
        found.append(AuditEntry.at >= dates.start_of(wanted.period.first, runtime.timezone))
    if wanted.period.last is not None:
        found.append(AuditEntry.at < dates.end_of(wanted.period.last, runtime.timezone))
    return found


def lines(session: Session, entries: Sequence[AuditEntry]) -> list[Line]:
    """Entries as people read them."""
    changes = {entry.number: differences(entry.before, entry.after) for entry in entries}
    things = {name for entry in entries for name in (entry.actor, entry.subject)}
    things |= {name for some in changes.values() for change in some for name in _things(change)}
    names = audit_names.read(session, things)
    return [
        Line(
            entry,
            names[entry.actor],
            names[entry.subject],
            [_with_names(change, names) for change in changes[entry.number]],
        )
        for entry in entries
    ]


def _things(change: Change) -> Iterator[str]:
    """What the values of a field are called in the log: `organisation_id` holds the id of an organisation."""
    if change.field.endswith("_id") and not change.is_hidden:
        for value in (change.before, change.after):
            if isinstance(value, str):
                yield f"{change.field.removesuffix('_id')}:{value}"


def _with_names(change: Change, names: Mapping[str, Named]) -> Change:
    if not any(_things(change)):
        return change
    kind = change.field.removesuffix("_id")
    texts = [
        names[f"{kind}:{value}"].text if isinstance(value, str) else value for value in (change.before, change.after)
    ]
    return Change(kind, *texts)
