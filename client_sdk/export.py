"""Writing what somebody carries to the server by hand: a request file, or codes for a phone.

* A file carries the oldest reports, up to 500 and as much as the server takes; what is left waits for the
  next one. All reports of a message were timed by one clock, which also says when it was sent.
* A code is an address with the message in its fragment, at most 666 bytes: what a QR code of version 20 holds
  in byte mode at error correction M, the level that survives a photograph of a screen (L would hold 858).
* Codes carry sessions only, and never who learnt: people in the room can photograph them. The learner is
  taken out of the queued report too, for good, since one id must not carry two contents. A session too long
  for any code stays queued.
* A message is of one installation. A file is this one's own while it has something to say: a report that waits, or
  a verdict that is not `active`. After that, former installations have their turn, one a file. Codes carry all.
* Nothing leaves the outbox here.
"""

import json
from collections.abc import Iterable
from typing import Any

from client_sdk import activation, activation_token, clock, ids, message, report
from client_sdk.context import Context
from client_sdk.entry import Entry
from client_sdk.outbox import MAX_REPORTS, Outbox
from client_sdk.outgoing import Outgoing, Sent
from client_sdk.saved import Saved

OFF = "off"
CODE_BYTES = 666
# Of JSON before it is packed: the server expands to 1 MiB at most, and takes 1 MiB as sent.
FILE_BYTES = 700_000
_ALL = (1 << 30, 1 << 60)


def export_activation(context: Context, outgoing: Outgoing, typed: str) -> str | None:
    """The text of a request to activate, which holds the token; None where the token is mistyped."""
    token = activation_token.normalise(typed)
    if token is None:
        return None
    with context.store.locked():
        saved = _ready(context)
        outgoing.remember(Sent(_jti(context), saved.installation_id, context.clock()))
        return json.dumps({"activation": activation.request(context, saved, token, None)})


def export_message(context: Context, outgoing: Outgoing) -> str | None:
    """The text of a message with what is queued; None before the first activation."""
    needs_nothing = context.standing().code == "active"
    with context.store.locked():
        saved = _ready(context)
        silent = saved.usage_reporting == OFF
        speakers = [one for one in _speakers(context, saved) if one[0] is saved or not silent]
        if not speakers:
            return None
        speaker, outbox = next((one for one in speakers if needs_nothing and one[1].count()), speakers[0])
        entries = [] if silent else outbox.batch(MAX_REPORTS, FILE_BYTES)
        text, sent = _seal(context, speaker, entries, _jti(context))
        outgoing.remember(sent)
        return json.dumps({"message": text})


def export_codes(context: Context, outgoing: Outgoing) -> list[str]:
    """The addresses of codes that carry the queued sessions, each a message of its own."""
    with context.store.locked():
        saved = _ready(context)
        if saved.usage_reporting == OFF:
            return []
        codes = [
            code
            for speaker, outbox in _speakers(context, saved)
            for code in _fill(context, speaker, [_anonymous(outbox, entry) for entry in sessions(outbox)])
        ]
        for _, sent in codes:
            outgoing.remember(sent)
        return [address for address, _ in codes]


def sessions(outbox: Outbox) -> list[Entry]:
    """Every queued session."""
    return [entry for entry in queued(outbox) if entry.report.get("type") == "session"]


def queued(outbox: Outbox) -> list[Entry]:
    """Everything queued, by the clocks that timed it."""
    found: list[Entry] = []
    while chunk := outbox.batch(*_ALL, {entry.id for entry in found}):
        found += chunk
    return found


def _fill(context: Context, saved: Saved, entries: Iterable[Entry]) -> Iterable[tuple[str, Sent]]:
    """Codes, each with as many sessions as it holds."""
    jti = _jti(context)
    held: list[Entry] = []
    code: tuple[str, Sent] | None = None
    for entry in entries:
        longer = _code(context, saved, [*held, entry], jti)
        alike = not held or held[0].clock == entry.clock
        if alike and longer is not None:
            held, code = [*held, entry], longer
            continue
        if code is not None:
            yield code
        jti = _jti(context)
        code = _code(context, saved, [entry], jti)
        held = [] if code is None else [entry]
    if code is not None:
        yield code


def _code(context: Context, saved: Saved, entries: list[Entry], jti: str) -> tuple[str, Sent] | None:
    """The address of a message and what to remember of it; None where no code holds it."""
    text, sent = _seal(context, saved, entries, jti)
    address = f"{context.server}/r#{text}"
    return (address, sent) if len(address) <= CODE_BYTES else None


def _seal(context: Context, saved: Saved, entries: list[Entry], jti: str) -> tuple[str, Sent]:
    assert saved.message_key is not None  # noqa: S101 (the callers asked)
    assert saved.message_kid is not None  # noqa: S101 (it came with the key)
    sent_at = clock.sent_at(context.reckon(saved), entries[0].clock if entries else None)
    claims: dict[str, Any] = {
        # A lease counts only if its `iss` is this very text.
        "iss": context.server,
        "aud": context.server,
        "jti": jti,
        "iat": max(0, int(sent_at)),
        "sub": saved.installation_id,
        "sent_at": report.written(sent_at),
        "reports": [entry.report for entry in entries],
    }
    text = message.sign(claims, key=saved.message_key, kid=saved.message_kid)
    symbols = message.confirmation(saved.message_key, jti)
    return text, Sent(jti, saved.installation_id, context.clock(), tuple(entry.id for entry in entries), symbols)


def _anonymous(outbox: Outbox, entry: Entry) -> Entry:
    """The entry without its learner, in the outbox too."""
    if "learner" not in entry.report:
        return entry
    return outbox.change(entry, {name: value for name, value in entry.report.items() if name != "learner"})


def _ready(context: Context) -> Saved:
    """The state, saved: an answer must find its installation again."""
    return context.store.update(lambda saved: saved)


def _speakers(context: Context, saved: Saved) -> list[tuple[Saved, Outbox]]:
    """Who can sign a message: this installation, and former ones that hold something still."""
    former = (saved._replace(**one._asdict()) for one in saved.former)
    able = [one for one in (saved, *former) if one.message_key is not None]
    found = [(one, _outbox(context, one)) for one in able]
    return [(one, outbox) for one, outbox in found if one is saved or outbox.count()]


def _outbox(context: Context, saved: Saved) -> Outbox:
    outbox = context.store.outbox(saved.installation_id)
    outbox.recover()
    context.store.adopt_orphans()
    return outbox


def _jti(context: Context) -> str:
    return ids.uuid7(context.clock(), context.random_bytes)
