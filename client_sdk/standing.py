"""What the kit says of itself, from everything it knows. Pure.

The first that applies:

* The newest word of the server that ended the licence is repeated until a newer one replaces it.
* Without a lease: `unlicensed` (`reactivation_needed` if the server has forgotten the installation).
* A lease that does not verify: `lease_invalid`.
* The time reckoned lies more than 24 h before the highest ever seen: `clock_suspect`, until the next sync
  learns the time anew. No date of the lease is judged by such a clock.
* What the lease's dates say. A server that has forgotten the installation does not end a running lease
  (a copied kit is never locked out); once the lease is over, activating again is the remedy to name.
"""

from client_sdk import lease
from client_sdk.errors import NotTrusted
from client_sdk.lease import Lease
from client_sdk.verdict import CLOCK_SUSPECT, REACTIVATION, REACTIVATION_NEEDED, UNLICENSED, Verdict, lease_invalid

PUT_BACK = 24 * 3600.0


def decide(
    held: Lease | NotTrusted | None, *, said: Verdict | None, forgotten: bool, now: float, highest: float
) -> Verdict:
    """The verdict at `now`.

    held: the verified lease, why it did not verify, or None. said: the server's newest verdict. forgotten: the
    server answered that it does not know us. highest: the latest time ever reckoned. Seconds since 1970.
    """
    if said is not None and not said.valid:
        return said
    if held is None:
        return REACTIVATION if forgotten else UNLICENSED
    if isinstance(held, NotTrusted):
        return lease_invalid(str(held))
    if is_put_back(now, highest):
        return CLOCK_SUSPECT
    verdict = lease.judge(held, now)
    if not forgotten:
        return verdict
    return verdict.warn(REACTIVATION_NEEDED) if verdict.valid else REACTIVATION


def is_put_back(now: float, highest: float) -> bool:
    """Whether the clock was put back too far to be believed."""
    return now < highest - PUT_BACK
