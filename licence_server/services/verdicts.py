"""What to say to an installation that reports, and the lease that goes with it.

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
from licence_server.services.runtime import Runtime
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


def judge(
    runtime: Runtime, session: Session, around: Around, trusted: Trust, now: datetime
) -> tuple[Verdict, str | None]:
    """The verdict, and a lease where it is valid; a lapsed installation takes a free seat again."""
    installation, licence, kit = around.installation, around.licence, around.kit
    refused = refusal(installation, licence, now)
    if refused is not None:
        return refused, None
    if not leases.is_fresh(installation, licence, kit, trusted, now):
        seated = leases.with_seat(session, installation, licence, now)
        if seated is None:
            return SEAT_LIMIT_REACHED, None
        # The licence may have been locked and read again just now.
        licence = seated
        refused = refusal(installation, licence, now)
        if refused is not None:
            return refused, None
        leases.renew(installation, licence, now)
    return ACTIVE, leases.write(runtime, installation, licence, around.organisation, kit, trusted)


def refusal(installation: AnInstallation, licence: ALicence, now: datetime) -> Verdict | None:
    """Why an installation may not run, seats apart; None where nothing speaks against it."""
    return verdict.refusal(
        revoked_at=installation.revoked_at,
        released_at=installation.released_at,
        status=rules.status(licence, now),
    )
