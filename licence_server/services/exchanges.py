"""A message that somebody carried here: take its reports once, hand out a receipt for ever.

* A message proves itself; whoever brings it needs no credential, and gets nothing that the kit's own sync
  would not get.
* The same message (installation and `jti`) again, on however many phones at once, gets the very same receipt
  and lease, and changes nothing.
* A new message is a sign of life of the moment it was written, as far as that can be believed: not after it
  was received, not before the activation. So one that lay in a drawer for months makes nobody look busy.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
from sqlalchemy.orm import Session

from licence_server import messages
from licence_server.domain import confirmation, dates
from licence_server.domain.errors import not_found
from licence_server.domain.verdict import Verdict
from licence_server.messages import Message
from licence_server.models import CarriedMessage, Installation, Kit, Licence, Organisation
from licence_server.services import leases, trust, verdicts
from licence_server.services.batches import Batch
from licence_server.services.report_judgements import Result
from licence_server.services.runtime import Runtime
from licence_server.services.trust import Trust
from licence_server.services.usage import Intake


@dataclass(frozen=True)
class Carried:
    """receipt, lease: compact JWTs; lease: there whenever the receipt's verdict is valid. confirmation: the
    eight symbols that acknowledge the message where the receipt itself cannot be carried back."""

    receipt: str
    lease: str | None
    trust: Trust
    confirmation: str


class _Around(NamedTuple):
    installation: Installation
    licence: Licence
    kit: Kit
    organisation: Organisation


def take_message(runtime: Runtime, text: str, *, now: datetime) -> Carried:
    """Take a carried message. Raises Refused, Invalid; NotFound where the installation is gone."""

    def find_key(kid: str, installation_id: UUID) -> bytes | None:
        known = kid in runtime.secret_keys.message_secrets
        return runtime.secret_keys.message_key(kid, str(installation_id)) if known else None

    message = messages.read(text, issuer=runtime.config.public_url, find_key=find_key)
    with runtime.database.reading() as session:
        # Most repetitions are found here and lock nothing.
        repeated = session.get(CarriedMessage, (message.installation_id, message.jti))
        if repeated is not None:
            return _answer(repeated, trust.current(session), message)
    return runtime.database.write(lambda session: _take(runtime, session, message, now))


def _take(runtime: Runtime, session: Session, message: Message, now: datetime) -> Carried:
    installation = session.get(Installation, message.installation_id, with_for_update=True)
    if installation is None:
        raise not_found("installation", message.installation_id)
    trusted = trust.current(session)
    repeated = session.get(CarriedMessage, (installation.id, message.jti))
    if repeated is not None:
        return _answer(repeated, trusted, message)
    kit = session.get_one(Kit, installation.kit_id)
    batch = Batch.of(runtime, message.reports, message.sent_at, now, carried=True)
    intake = Intake(runtime, session, [(installation, batch)])
    results = intake.take(installation, batch, set(kit.item_ids))
    intake.store()
    written_at = max(min(message.sent_at, now), installation.activated_at)
    installation.last_sync_at = max(dates.to_hour(written_at), installation.last_sync_at or dates.EARLIEST)
    around = _Around(
        installation,
        session.get_one(Licence, installation.licence_id),
        kit,
        session.get_one(Organisation, installation.organisation_id),
    )
    said, licence = verdicts.judge(session, around, trusted, now)
    lease = leases.write(runtime, installation, licence, around.organisation, kit, trusted) if said.valid else None
    kept = CarriedMessage(
        installation_id=installation.id,
        jti=message.jti,
        received_at=now,
        receipt=_sign_receipt(runtime, trusted, message, results, said, now),
        lease=lease,
    )
    session.add(kept)
    return _answer(kept, trusted, message)


def _answer(kept: CarriedMessage, trusted: Trust, message: Message) -> Carried:
    return Carried(kept.receipt, kept.lease, trusted, confirmation.symbols(message.key, message.jti))


def _sign_receipt(
    runtime: Runtime, trusted: Trust, message: Message, results: list[Result], said: Verdict, now: datetime
) -> str:
    claims: dict[str, Any] = {
        "iss": runtime.config.public_url,
        "aud": str(message.installation_id),
        "jti": uuid4().hex,
        "iat": int(now.timestamp()),
        "message": message.jti,
        "results": [_without_nothing(result) for result in results],
        "verdict": msgspec.to_builtins(said),
    }
    return runtime.signing_keys.find(trusted.signing_kid).sign("kit-receipt+jwt", claims)


def _without_nothing(result: Result) -> dict[str, Any]:
    """As `results` of a check-in: `id` always, code and detail where there are any."""
    written = {"id": result.id, "status": result.status, "code": result.code, "detail": result.detail}
    return {name: value for name, value in written.items() if name == "id" or value is not None}
