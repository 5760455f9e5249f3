"""Whom a job is about: the rows of a file, or organisations that are here already."""

from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from licence_server.domain import organisation_file
from licence_server.domain.errors import Invalid
from licence_server.models import Organisation
from licence_server.services.bulk_work import Grant, Target, Work
from licence_server.services.chunks import rows_by
from licence_server.services.organisation_imports import ImportRefused
from licence_server.services.runtime import Runtime

MAX_ROWS = 50_000


class Sector(NamedTuple):
    """A sector to choose, with how many organisations it has."""

    name: str
    organisations: int


def from_file(name: str, content: bytes, grant: Grant | None) -> Work:
    """A job that imports a file. Raises ImportRefused, Invalid (too many rows)."""
    file = organisation_file.read(content)
    if file.faults:
        raise ImportRefused(file.faults)
    if len(file.rows) > MAX_ROWS:
        raise Invalid(
            "file_too_long",
            "",
            {"file": f"The file has more than {MAX_ROWS:,} rows. Split it, or use the command line."},
        )
    targets = [Target(row=row.number, details=row.details) for row in file.rows]
    return Work(name, targets, grant, imports=True, encoding=file.encoding)


def everybody(runtime: Runtime, grant: Grant, *, sector: str | None = None) -> Work:
    """A job about all organisations, or those of a sector."""
    query = select(Organisation.id).order_by(Organisation.created_at, Organisation.id)
    if sector is not None:
        query = query.where(Organisation.sector == sector)
    with runtime.database.reading() as session:
        targets = [Target(found) for found in session.scalars(query)]
    return Work(f"Sector: {sector}" if sector is not None else "All organisations", targets, grant)


def referenced(runtime: Runtime, grant: Grant, references: list[str]) -> Work:
    """A job about the organisations of a list of references, each once; those that nobody has are noted."""
    wanted = list(dict.fromkeys(references))
    query: Select[*tuple[Any, ...]] = select(Organisation.id, Organisation.reference)
    with runtime.database.reading() as session:
        found = {row.reference: row.id for row in rows_by(session, query, Organisation.reference, wanted)}
    targets = [Target(found[reference]) for reference in wanted if reference in found]
    unknown = [reference for reference in wanted if reference not in found]
    return Work("A list of references", targets, grant, unknown=unknown)


def sectors(runtime: Runtime) -> list[Sector]:
    """The sectors there are, with how many organisations each has."""
    query: Select[*tuple[Any, ...]] = select(Organisation.sector, func.count()).where(Organisation.sector.is_not(None))
    with runtime.database.reading() as session:
        return [
            Sector(*row) for row in session.execute(query.group_by(Organisation.sector).order_by(Organisation.sector))
        ]
