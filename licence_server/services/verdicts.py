"""What to say to an installation that reports, and whether a lease goes with it.

Not a use case of its own: check-ins and carried messages call `judge` inside their transaction, with the
installation's row locked.
"""

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from licence_server.domain import licence as rules
from licence_server.domain import verdict
from licence_server.domain.verdict import ACTIVE, SEAT_LIMIT_REACHED, Verdict
from licence_server.services import leases
from licence_server.services.leases import AKit, ALicence, AnInstallation, AnOrganisation
from licence_server.services.trust import Trust


class Around(Protocol):
    """The installation that reports, and what its lease is about."""

    @property
    def installation(self) -> AnInstallation: ...
    @property
    def licence(self) -> ALicence: ...
    @property
    def kit(self) -> AKit: ...
    @property
    def organisation(self) -> AnOrganisation: ...


def judge(session: Session, around: Around, trusted: Trust, now: datetime) -> tuple[Verdict, ALicence]:
    """The verdict, and the licence that a lease is to be written for where it is valid; a lapsed installation takes a
    free seat again."""
    installation, licence, kit = around.installation, around.licence, around.kit
    refused = refusal(installation, licence, now)
    if refused is not None:
        return refused, licence
    if not leases.is_fresh(installation, licence, kit, trusted, now):
        seated = leases.with_seat(session, installation, licence, now)
        if seated is None:
            return SEAT_LIMIT_REACHED, licence
        # The licence may have been locked and read again just now.
        licence = seated
        refused = refusal(installation, licence, now)
        if refused is not None:
            return refused, licence
        leases.renew(installation, licence, now)
    return ACTIVE, licence


def refusal(installation: AnInstallation, licence: ALicence, now: datetime) -> Verdict | None:
    """Why an installation may not run, seats apart; None where nothing speaks against it."""
    return verdict.refusal(
        revoked_at=installation.revoked_at,
        released_at=installation.released_at,
        status=rules.status(licence, now),
    )
