"""The audit log: record what was done, list it, verify the chain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from licence_server.domain.audit_chain import GENESIS, Entry, Head, canonical
from licence_server.models import AuditEntry, AuditHead
from licence_server.services.paging import Page, page
from licence_server.services.prepared import Prepared
from licence_server.services.row_sets import insert_rows
from licence_server.services.runtime import Runtime

_CONTACT_FIELDS = ("contact_email", "email")
REMOVABLE = ("installation", "report")
_CHUNK = 1000

_HEAD = select(AuditHead.number, AuditHead.hash).where(AuditHead.id == 1)
_LOCK_HEAD = Prepared(_HEAD.with_for_update())
_ENTRIES: Any = AuditEntry.__table__
_MOVE_HEAD = Prepared(
    update(AuditHead)
    .where(AuditHead.id == 1)
    .values(number=bindparam("reached_number"), hash=bindparam("reached_hash"))
)


def record(
    runtime: Runtime,
    session: Session,
    *,
    now: datetime,
    actor: str,
    action: str,
    subject: str,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Head:
    """Add an entry in the caller's transaction, as its last act: the head stays locked until it ends.

    subject: `licence:ID` and the like. before, after: what changed. Contact details and the ids of
    installations and reports are kept as keyed hashes, so that the log can stay for ever.
    """
    return record_all(runtime, session, [Note(now, actor, action, subject, reason, before, after)])


def record_alone(runtime: Runtime, **entry: Any) -> Head:
    """An entry that is all there is to write, as where something leaves the house. Takes what `record` takes."""
    with runtime.database.writing() as session:
        return record(runtime, session, **entry)


@dataclass(frozen=True)
class Act:
    """What one entry is about; see `record`."""

    subject: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record_many(
    runtime: Runtime,
    session: Session,
    acts: Iterable[Act],
    *,
    now: datetime,
    actor: str,
    action: str,
    reason: str | None = None,
) -> Head:
    """The same act done to many things: an entry for each, chained in order."""
    notes = [Note(now, actor, action, act.subject, reason, act.before, act.after) for act in acts]
    return record_all(runtime, session, notes)


@dataclass(frozen=True)
class Note:
    """What an entry says, before it is put in the chain; see `record`."""

    now: datetime
    actor: str
    action: str
    subject: str
    reason: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record_all(runtime: Runtime, session: Session, notes: Sequence[Note]) -> Head:
    """An entry for each of many acts, chained in order."""
    session.flush()
    connection = session.connection()
    kept: list[dict[str, Any]] = [
        {
            "at": note.now,
            "actor": kept_name(runtime, note.actor),
            "action": note.action,
            "subject": kept_name(runtime, note.subject),
            "reason": note.reason,
            "before": _kept(runtime, note.before),
            "after": _kept(runtime, note.after),
        }
        for note in notes
    ]
    reached, entries = Head(*_LOCK_HEAD.all(connection)[0]), []
    for content in kept:
        entry = Entry(number=reached.number + 1, **content)
        entry_hash = entry.hash_after(reached.hash)
        entries.append({**vars(entry), "previous_hash": reached.hash, "hash": entry_hash})
        reached = Head(entry.number, entry_hash)
    for start in range(0, len(entries), _CHUNK):
        insert_rows(connection, _ENTRIES, entries[start : start + _CHUNK])
    _MOVE_HEAD.run(connection, reached_number=reached.number, reached_hash=reached.hash)
    return reached


def head(session: Session) -> Head:
    """Where the chain ends now."""
    return Head(*session.connection().execute(_HEAD).one())


def read_head(runtime: Runtime) -> Head:
    """The same, for whoever wants to note it."""
    with runtime.database.reading() as session:
        return head(session)


def list_entries(
    runtime: Runtime, *, limit: int, cursor: str | None, action: str | None = None, subject: str | None = None
) -> Page[AuditEntry]:
    """Entries, newest first. subject: with an id as the lists print it, also where the log keeps its hash."""
    query = select(AuditEntry).order_by(AuditEntry.number.desc())
    if action is not None:
        query = query.where(AuditEntry.action == action)
    if subject is not None:
        query = query.where(AuditEntry.subject.in_([subject, kept_name(runtime, subject)]))
    with runtime.database.reading() as session:
        return page(session, query, limit, cursor)


@dataclass(frozen=True)
class ChainCheck:
    """entries: how many were read. head: where the chain ends. chain_faults: what is wrong with it, in words.
    lost: the noted head, where the chain does not hold it."""

    entries: int
    head: Head
    chain_faults: list[str]
    lost: Head | None = None

    @property
    def faults(self) -> list[str]:
        """All that is wrong."""
        if self.lost is None:
            return self.chain_faults
        return [*self.chain_faults, f"the noted head {self.lost} is not in the chain: the tail was cut or rewritten"]


def verify(runtime: Runtime, noted: Head | None = None) -> ChainCheck:
    """Walk the whole chain; with a head noted earlier, also check that the chain still holds it."""
    faults: list[str] = []
    reached = Head(0, GENESIS)
    noted_seen = noted is None or noted == reached
    with runtime.database.snapshot() as session:
        for row in _walk(session):
            if row.number != reached.number + 1:
                faults.append(f"entry {row.number} follows entry {reached.number}: entries are missing between them")
            if row.previous_hash != reached.hash:
                faults.append(f"entry {row.number} does not continue entry {reached.number}")
            if _entry(row).hash_after(row.previous_hash) != row.hash:
                faults.append(f"entry {row.number} was edited")
            reached = Head(row.number, row.hash)
            noted_seen = noted_seen or reached == noted
        stored = session.get(AuditHead, 1)
    if stored is None:
        faults.append("the head of the chain is missing")
    elif (stored.number, stored.hash) != (reached.number, reached.hash):
        faults.append(f"the chain ends at {reached.number}, its head says {stored.number}: one of them was changed")
    return ChainCheck(reached.number, reached, faults, None if noted_seen else noted)


def _walk(session: Session) -> Iterator[AuditEntry]:
    yield from session.scalars(select(AuditEntry).order_by(AuditEntry.number).execution_options(yield_per=_CHUNK))


def _entry(row: AuditEntry) -> Entry:
    return Entry(row.number, row.at, row.actor, row.action, row.subject, row.reason, row.before, row.after)


def kept_name(runtime: Runtime, text: str) -> str:
    """An actor or a subject as the log keeps it: an id that retention will remove must not stay in here."""
    kind, _, written = text.partition(":")
    if kind not in REMOVABLE:
        return text
    try:
        return f"{kind}:hmac-sha256:{runtime.secret_keys.hash_id(kind, UUID(written).bytes).hex()}"
    except ValueError:
        return text


def _kept(runtime: Runtime, values: Mapping[str, Any] | None) -> str | None:
    if values is None:
        return None
    kept = dict(values)
    for name in _CONTACT_FIELDS:
        if kept.get(name):
            kept[name] = runtime.secret_keys.hash_contact(kept[name])
    return canonical(kept)
