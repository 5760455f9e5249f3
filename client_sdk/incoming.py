"""Taking what somebody carried back: a response file, or eight symbols read off a phone.

* Reports leave the outbox only where a receipt that verifies names them, or a confirmation matches a message
  that was carried out. Rejected ones are kept aside with the server's code, as after a sync.
* Verdict and lease count unless a newer word was taken meanwhile; the receipt acknowledges all the same.
* A carried answer is hours or weeks old, so it does not tell the time. It bounds it: the export lay before
  the answer, and now lies after it. A clock that agrees with both is left alone; one that does not is
  corrected to the nearest bound.
* A carried answer says nothing about the network: back-off and a forgotten token stay as they were.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

from client_sdk import answer, message, receipt, take, trust
from client_sdk.activation import ELSEWHERE
from client_sdk.answer import Word
from client_sdk.clock import ASTRAY
from client_sdk.context import Context
from client_sdk.errors import KeysetExpired, KeysetOutdated, NoAnswer, NotTrusted
from client_sdk.export import queued
from client_sdk.outgoing import Outgoing, Sent
from client_sdk.receipt import Receipt
from client_sdk.saved import Saved
from client_sdk.transport import Response
from client_sdk.trust import Trust
from client_sdk.verdict import RESPONSE_INVALID, ImportResult, Verdict

MAX_TEXT = 4 << 20


@dataclass
class Tally:
    """Reports that left the outbox, and those of them that were rejected."""

    sent: int = 0
    rejected: int = 0


def import_response(context: Context, outgoing: Outgoing, text: str) -> ImportResult:
    """Take a response file; `accepted` is false where it is none, not ours, or not for this installation."""
    tally, refusal, accepted = Tally(), None, True
    try:
        document = _document(text)
        if "activation" in document:
            refusal = _activation(context, outgoing, document["activation"])
        else:
            _receipt(context, outgoing, document, tally)
    except (NotTrusted, NoAnswer):
        accepted = False
    verdict = refusal or context.standing()
    if not accepted:
        verdict = verdict.warn(RESPONSE_INVALID)
    return ImportResult(accepted, tally.sent, context.store.count(), verdict, rejected=tally.rejected)


def confirm(context: Context, outgoing: Outgoing, typed: str) -> bool:
    """Whether the symbols confirm a message that was carried out; then its reports are gone from the outbox."""
    symbols = message.read_confirmation(typed)
    with context.store.locked():
        confirmed = [sent for sent in outgoing.all() if sent.symbols and sent.symbols == symbols]
        for sent in confirmed:
            outbox = context.store.outbox(sent.installation_id)
            outbox.acknowledge(entry for entry in queued(outbox) if entry.id in sent.ids)
            outgoing.forget(sent.jti)
    return bool(confirmed)


def _activation(context: Context, outgoing: Outgoing, document: Any) -> Verdict | None:
    """None once activated, else the refusal that was carried back. Raises NoAnswer, NotTrusted."""
    saved = context.store.load()
    if not isinstance(document, dict):
        raise NoAnswer("not an answer to an activation")
    if isinstance(document.get("code"), str):
        if document.get("installation_id", saved.installation_id) != saved.installation_id:
            raise NoAnswer("a refusal of another installation")
        if document["code"] == ELSEWHERE:
            context.store.update(lambda newest: take.new_installation(context, newest))
        return Verdict(False, document["code"], str(document.get("detail", "")))
    said = answer.activated(Response(200, {}, json.dumps(document).encode()), saved.installation_id)
    with context.store.locked():
        asked = [sent for sent in outgoing.all() if not sent.symbols and sent.installation_id == saved.installation_id]
    # Which of them was answered is not said, so the first one bounds the time.
    first = asked[0] if asked else None
    _update(context, saved, said.word, first, lambda newest, local: take.activation(context, newest, said, local))
    for sent in asked:
        outgoing.forget(sent.jti)
    return None


def _receipt(context: Context, outgoing: Outgoing, document: dict[str, Any], tally: Tally) -> None:
    """Raises NotTrusted."""
    saved = context.store.load()
    keyset, lease, roots = document.get("keyset"), document.get("lease"), document.get("roots")
    if not isinstance(keyset, str) or not isinstance(roots, list) or not isinstance(lease, str | None):
        raise NotTrusted("not a response")
    trusted = _offered(context, saved, roots, keyset)
    found, installation_id = _read(saved, document.get("receipt"), trusted)
    with context.store.locked():
        sent = next((one for one in outgoing.all() if one.jti == found.message), None)
        _acknowledge(context, installation_id, found, tally)
        outgoing.forget(found.message)
    if installation_id != saved.installation_id:
        return
    lease = lease if found.verdict.valid else None
    word = Word(found.verdict, lease, keyset, tuple(roots), float(found.issued_at))
    try:
        _update(context, saved, word, sent, lambda newest, local: take.word(context, newest, word, local))
    except NotTrusted:
        # An older word than the newest, or a lease that does not verify: the reports did arrive all the same.
        return


def _offered(context: Context, saved: Saved, roots: list[Any], keyset: str) -> Trust:
    """The keys that a receipt may be signed with; whether the keyset may be kept is judged when it is taken."""
    trusted = context.trusted(saved)
    try:
        return trust.accept(trusted, roots, keyset, -inf)
    except (KeysetOutdated, KeysetExpired):
        return trusted


def _read(saved: Saved, text: Any, trusted: Trust) -> tuple[Receipt, str]:
    """The receipt, and which installation here it is for: a former one's messages may still be on their way."""
    for former in saved.former:
        try:
            return receipt.read(text, trusted, installation_id=former.installation_id), former.installation_id
        except NotTrusted:
            continue
    return receipt.read(text, trusted, installation_id=saved.installation_id), saved.installation_id


def _acknowledge(context: Context, installation_id: str, found: Receipt, tally: Tally) -> None:
    outbox = context.store.outbox(installation_id)
    by_id = {entry.id: entry for entry in queued(outbox)}
    for result in found.results:
        entry = by_id.get(result.id)
        if entry is None:
            continue
        tally.sent += 1
        if result.status == "rejected":
            outbox.set_aside([entry], "rejected", result.code, result.detail)
            tally.rejected += 1
        else:
            outbox.acknowledge([entry])


def _update(
    context: Context, saved: Saved, said: Word, sent: Sent | None, change: Callable[[Saved, float], Saved]
) -> None:
    """Take a word that was carried here into the newest state. Raises NotTrusted."""
    local = context.clock()

    def apply(newest: Saved) -> Saved:
        if newest.installation_id != saved.installation_id:
            return newest
        taken = change(newest, local)
        return taken._replace(
            offset=_offset(newest.offset, said.server_time, local, sent),
            failures=newest.failures,
            next_attempt=newest.next_attempt,
            retry_after=newest.retry_after,
            forgotten=newest.forgotten and taken.installation_token == newest.installation_token,
        )

    context.store.update(apply)


def _offset(known: float | None, server_time: float, local: float, sent: Sent | None) -> float | None:
    """Server time minus local time, as far as a carried answer tells."""
    least = server_time - local
    most = server_time - sent.local if sent is not None and sent.local <= local else inf
    assumed = known or 0.0
    if least - ASTRAY <= assumed <= most + ASTRAY:
        return known
    return min(max(assumed, least), most)


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text.removeprefix("\ufeff")) if len(text) <= MAX_TEXT else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise NoAnswer("not a response")
    return document
