"""The lease: what the server signed, and what it means at a moment.

* typ `kit-lease+jwt`, ES256, the key that the accepted keyset has under the header's `kid`.
* `iss` is the server, `aud` the kit, `sub` this installation: the verifier knows all three beforehand.
* Every claim is required and has its type.
* `grace_until` is not before `exp`; a lease that says otherwise is malformed.
* A lease older (`iat`) than the newest one verified is refused. `iat` in the future is no error: the PC's
  clock may be slow.
* now < nbf: `clock_suspect`, for the server's clock has certainly been past that moment.
  now < exp: `active`. exp <= now < grace_until: `in_grace`. From grace_until on: `lease_expired`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from client_sdk import claim, jws, trust
from client_sdk.errors import NotTrusted
from client_sdk.trust import Trust
from client_sdk.verdict import CLOCK_SUSPECT, Verdict, lease_invalid

LEASE = "kit-lease+jwt"


class Lease(NamedTuple):
    """The claims of a verified lease; moments in seconds since 1970."""

    installation_id: str
    organisation_id: str
    organisation_name: str
    licence_id: str
    licence_kind: str
    licence_ends_at: int
    items: tuple[str, ...]
    check_in_days: int
    issued_at: int
    not_before: int
    expires_at: int
    grace_until: int


def verify(
    lease: Any,
    keyset: Any,
    root: Any,
    now: float,
    *,
    issuer: str,
    kit_id: str,
    installation_id: str,
    roots: Iterable[Any] = (),
    newest_iat: int = 0,
) -> Verdict:
    """The verdict on a lease under a keyset accepted before, at `now` (seconds since 1970); never raises."""
    try:
        trusted = trust.restore(trust.anchor(root, issuer), roots, keyset)
        read_lease = read(lease, trusted, kit_id=kit_id, installation_id=installation_id, newest_iat=newest_iat)
    except NotTrusted as error:
        return lease_invalid(str(error))
    return judge(read_lease, now)


def read(text: Any, trusted: Trust, *, kit_id: str, installation_id: str, newest_iat: int = 0) -> Lease:
    """The verified claims. Raises NotTrusted."""
    parts = jws.parse(text, typ=LEASE)
    kid = parts.header.get("kid")
    key = trusted.keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise NotTrusted("kid names no key of the keyset")
    said = jws.claims(parts, key)
    claim.fixed(said, "iss", trusted.issuer)
    claim.fixed(said, "aud", kit_id)
    claim.fixed(said, "sub", installation_id)
    claim.text(said, "jti")
    found = _typed(said)
    if found.grace_until < found.expires_at:
        raise NotTrusted("grace_until lies before exp")
    if found.issued_at < newest_iat:
        raise NotTrusted("the lease is older than the newest one verified")
    return found


def judge(lease: Lease, now: float) -> Verdict:
    """What a verified lease means at `now`."""
    if now < lease.not_before:
        return CLOCK_SUSPECT
    if now < lease.expires_at:
        return Verdict(True, "active", "The kit may be used.")
    if now < lease.grace_until:
        return Verdict(
            True, "in_grace", f"The kit may be used until {_day(lease.grace_until)}: please connect it once."
        )
    return Verdict(False, "lease_expired", "The kit has not been connected for too long: please connect it once.")


def _typed(said: dict[str, Any]) -> Lease:
    organisation, licence = claim.members(said, "organisation"), claim.members(said, "licence")
    kind = claim.text(licence, "kind")
    if kind not in ("trial", "full"):
        raise NotTrusted("kind is neither trial nor full")
    check_in_days = claim.whole(said, "check_in_days")
    if check_in_days < 0:
        raise NotTrusted("check_in_days is negative")
    return Lease(
        installation_id=claim.text(said, "sub"),
        organisation_id=claim.text(organisation, "id"),
        organisation_name=claim.text(organisation, "name"),
        licence_id=claim.text(licence, "id"),
        licence_kind=kind,
        licence_ends_at=claim.moment(licence, "ends_at"),
        items=claim.texts(said, "items"),
        check_in_days=check_in_days,
        issued_at=claim.moment(said, "iat"),
        not_before=claim.moment(said, "nbf"),
        expires_at=claim.moment(said, "exp"),
        grace_until=claim.moment(said, "grace_until"),
    )


def _day(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%d %B %Y}".lstrip("0")
