"""What the server says to a kit: `{valid, code, detail}`.

The code is the first that applies, in this order: installation_revoked, installation_released,
licence_revoked, licence_suspended, licence_expired, licence_pending, seat_limit_reached, active.
"""

from dataclasses import dataclass
from datetime import datetime

from licence_server.domain.licence import Status

_LICENCE_CODES = {
    Status.REVOKED: ("licence_revoked", "The licence has been revoked."),
    Status.SUSPENDED: ("licence_suspended", "The licence is suspended."),
    Status.EXPIRED: ("licence_expired", "The licence has ended."),
    Status.PENDING: ("licence_pending", "The licence has not started yet."),
}


@dataclass(frozen=True)
class Verdict:
    valid: bool
    code: str
    detail: str


ACTIVE = Verdict(True, "active", "The kit may be used.")
SEAT_LIMIT_REACHED = Verdict(False, "seat_limit_reached", "All seats of this licence are taken.")


def refusal(*, revoked_at: datetime | None, released_at: datetime | None, status: Status) -> Verdict | None:
    """Why an installation may not run, seats apart; None where nothing speaks against it."""
    if revoked_at is not None:
        return Verdict(False, "installation_revoked", "This installation has been revoked.")
    if released_at is not None:
        return Verdict(False, "installation_released", "This installation has given its seat back.")
    return licence_refusal(status)


def licence_refusal(status: Status) -> Verdict | None:
    """Why a licence of this status allows nothing; None for an active one."""
    if status is Status.ACTIVE:
        return None
    code, detail = _LICENCE_CODES[status]
    return Verdict(False, code, detail)
