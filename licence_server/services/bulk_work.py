"""What a job on many organisations consists of, in a form that can be sealed and read again."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from licence_server.domain.licence import Kind, LicenceTerms


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
