"""How activation tokens stand: what each is good for now, which lets the console offer what makes sense."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from licence_server.domain import licence as rules
from licence_server.models import ActivationToken, Licence
from licence_server.services import activation_tokens
from licence_server.services.runtime import Runtime


@dataclass(frozen=True)
class TokenView:
    """A token with what is known of it at a moment; see `standing`, `is_revocable`."""

    token: ActivationToken
    standing: str
    is_revocable: bool


def standing(token: ActivationToken, licence: Licence, now: datetime) -> str:
    """As `activation_tokens.status`; `licence_…` where a token has not ended and its licence lets nobody activate.

    The first that applies, in the order of the contract's codes.
    """
    own, of_licence = activation_tokens.status(token, now), rules.status(licence, now)
    if own in ("revoked", "expired") or of_licence is rules.Status.ACTIVE:
        return own
    return f"licence_{of_licence}"


def is_revocable(token: ActivationToken, licence: Licence) -> bool:
    """Whether revoking a token would change anything: where it or its licence is revoked, that is final."""
    return token.revoked_at is None and licence.revoked_at is None


def of_organisation(runtime: Runtime, organisation_id: UUID, **arguments: Any) -> list[TokenView]:
    """The newest tokens of all licences of an organisation. Takes what `_newest` takes."""
    return _newest(runtime, Licence.organisation_id == organisation_id, **arguments)


def of_licence(runtime: Runtime, licence_id: UUID, **arguments: Any) -> list[TokenView]:
    """The newest tokens of one licence. Takes what `_newest` takes."""
    return _newest(runtime, Licence.id == licence_id, **arguments)


def _newest(runtime: Runtime, of: ColumnElement[bool], *, now: datetime, limit: int) -> list[TokenView]:
    query = (
        select(ActivationToken, Licence)
        .join(Licence, Licence.id == ActivationToken.licence_id)
        .where(of)
        .order_by(ActivationToken.created_at.desc(), ActivationToken.id)
        .limit(limit)
    )
    with runtime.database.reading() as session:
        return [
            TokenView(token, standing(token, licence, now), is_revocable(token, licence))
            for token, licence in session.execute(query)
        ]
