"""Import a file of organisations: all of it or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from licence_server.domain import organisation_file
from licence_server.domain.errors import Conflict, Invalid
from licence_server.domain.organisation import LENGTHS
from licence_server.domain.organisation_file import Fault, OrganisationFile
from licence_server.models import Organisation
from licence_server.services import audit
from licence_server.services.audit import Act
from licence_server.services.chunks import CHUNK, chunks
from licence_server.services.runtime import Runtime

Progress = Callable[[int, int], None]


class ImportRefused(Invalid):
    """The file is not fit to be imported. faults: everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("import_refused", f"The file has {count}; nothing was imported.")
        self.faults = faults


@dataclass(frozen=True)
class Imported:
    """rows: what was added, in the order of the file. checked: how many rows are fit. encoding: how it was read."""

    rows: list[dict[str, Any]]
    checked: int
    encoding: str


def import_file(
    runtime: Runtime,
    content: bytes,
    *,
    now: datetime,
    actor: str,
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
) -> Imported:
    """Add every organisation of a CSV file, each with its audit entry, in one transaction.

    dry_run: check only, against the database too. progress: told how many of how many rows are written.
    Raises ImportRefused, Conflict (somebody took a reference meanwhile).
    """
    file = organisation_file.read(content)
    if file.faults:
        raise ImportRefused(file.faults)
    if dry_run:
        with runtime.database.reading() as session:
            _refuse_taken(session, file)
        return Imported([], len(file.rows), file.encoding)
    with runtime.database.writing() as session:
        _refuse_taken(session, file)
        rows = [new_row(row.details, place, now) for place, row in enumerate(file.rows)]
        _insert(runtime, session, rows, now, actor, progress)
    return Imported(rows, len(rows), file.encoding)


def _refuse_taken(session: Session, file: OrganisationFile) -> None:
    """Raise ImportRefused where the database holds references of the file."""
    holders = {row.details["reference"]: row for row in file.rows if row.details["reference"] is not None}
    faults: list[Fault] = []
    for chunk in chunks(list(holders)):
        taken = session.scalars(select(Organisation.reference).where(Organisation.reference.in_(chunk)))
        faults.extend(
            Fault(holders[reference].number, "reference", f"{reference!r} is an organisation's already")
            for reference in taken
            if reference is not None
        )
    if faults:
        raise ImportRefused(sorted(faults, key=lambda fault: fault.row))


def _insert(
    runtime: Runtime, session: Session, rows: list[dict[str, Any]], now: datetime, actor: str, progress: Progress
) -> None:
    try:
        for start, chunk in enumerate(chunks(rows)):
            session.execute(insert(Organisation), chunk)
            progress(start * CHUNK + len(chunk), len(rows))
    except IntegrityError:
        raise Conflict("reference_taken", "Somebody took one of the references meanwhile; try again.") from None
    record_added(runtime, session, rows, now=now, actor=actor)


def new_row(details: Mapping[str, Any], place: int, now: datetime) -> dict[str, Any]:
    """An organisation of a file as the database takes it. place: of its row in the file."""
    # A microsecond between them keeps the order of the file in every listing by creation.
    return {"id": uuid4(), **details, "created_at": now + timedelta(microseconds=place), "version": 1}


def record_added(
    runtime: Runtime, session: Session, rows: Sequence[Mapping[str, Any]], *, now: datetime, actor: str
) -> None:
    """The audit entries of organisations that came from a file, one each."""
    audit.record_many(
        runtime,
        session,
        [Act(f"organisation:{row['id']}", after={name: row[name] for name in LENGTHS}) for row in rows],
        now=now,
        actor=actor,
        action="organisation_added",
        reason="imported from a file",
    )
