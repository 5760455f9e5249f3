"""What a job on many organisations consists of, in a form that can be sealed and read again."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select
from sqlalchemy.orm import Session

from licence_server.domain.licence import Kind, LicenceTerms

Member = TypeVar("Member")

# As many values as a query names at once.
CHUNK = 500


class Grant(Struct, frozen=True):
    """The licence that each organisation is to get. tokens: and an activation token for it."""

    kit_id: str
    kind: Kind = Kind.TRIAL
    first: date | None = None
    trial_days: int | None = None
    until: date | None = None
    terms: LicenceTerms = LicenceTerms()
    tokens: bool = True


class Target(Struct, frozen=True):
    """One organisation: its id, or the details of a row of a file, by which it is found or added."""

    organisation_id: UUID | None = None
    row: int = 0
    details: dict[str, str | None] | None = None

    @property
    def reference(self) -> str | None:
        return self.details["reference"] if self.details is not None else None


class Work(Struct, frozen=True):
    """title: the name of the file, or whom the job is about. unknown: references that nobody has."""

    title: str
    targets: list[Target]
    grant: Grant | None = None
    imports: bool = False
    encoding: str = "utf-8"
    unknown: list[str] = []


class Done(Struct, frozen=True):
    """What became of one target. token: the secret. left_out: why there is no licence, where one was to be."""

    organisation_id: UUID
    name: str
    reference: str | None
    contact_email: str | None
    added: bool
    licence_id: UUID | None = None
    token: str | None = None
    left_out: str | None = None


def chunks(members: Sequence[Member]) -> Iterator[Sequence[Member]]:
    """The members, so many at a time as a query can name."""
    for start in range(0, len(members), CHUNK):
        yield members[start : start + CHUNK]


def rows_by(session: Session, query: Select[*tuple[Any, ...]], column: Any, values: Sequence[Any]) -> list[Any]:
    """The rows of a query whose column is one of many values."""
    return [row for chunk in chunks(values) for row in session.execute(query.where(column.in_(chunk)))]
