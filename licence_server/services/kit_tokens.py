"""The activation token on an organisation's own stick."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from licence_server.domain import activation_token
from licence_server.domain import licence as rules
from licence_server.domain.errors import Refused
from licence_server.domain.licence import Status
from licence_server.models import ActivationToken, Licence
from licence_server.secret_keys import hash_secret
from licence_server.services import activation_tokens
from licence_server.services.runtime import Runtime


def usable_licence(runtime: Runtime, organisation_id: UUID, kit_id: str, *, now: datetime) -> UUID:
    """The licence a new stick activates under: of those in force or to come, the one that ends last.

    Raises Refused where the organisation holds none, with the status of what it does hold.
    """
    query = select(Licence).where(Licence.organisation_id == organisation_id, Licence.kit_id == kit_id)
    with runtime.database.reading() as session:
        held = list(session.scalars(query.order_by(Licence.created_at, Licence.id)))
    usable = [licence for licence in held if rules.status(licence, now) in (Status.ACTIVE, Status.PENDING)]
    if not usable:
        words = ", ".join(sorted({rules.status(licence, now).value for licence in held})) or "none at all"
        raise Refused(
            "licence_missing", f"The organisation has no licence for {kit_id} that can be activated: {words}."
        )
    endless = datetime.max.replace(tzinfo=now.tzinfo)
    return max(usable, key=lambda licence: licence.ends_at or endless).id


def still_good(runtime: Runtime, secret: str, licence_id: UUID, *, now: datetime) -> bool:
    """Whether a token that an earlier build wrote onto the stick would still activate it."""
    symbols = activation_token.normalise(secret)
    if symbols is None:
        return False
    query = select(ActivationToken).where(ActivationToken.token_hash == hash_secret(symbols))
    with runtime.database.reading() as session:
        token = session.scalars(query).one_or_none()
    return (
        token is not None
        and token.licence_id == licence_id
        and token.revoked_at is None
        and token.uses_limit is None
        and (token.expires_at is None or token.expires_at > now)
    )


def issue(runtime: Runtime, licence_id: UUID, *, now: datetime, actor: str) -> str:
    """Issue a token for any number of activations; `activation_tokens` writes the audit entry."""
    return activation_tokens.issue(runtime, licence_id, now=now, actor=actor).secret
