"""A check-in: send the outbox, take the verdict and a fresh lease.

* Read, send, acknowledged, deleted; batch after batch until nothing is left or no answer comes.
* What the server leaves unmentioned stays queued. What it rejects is kept aside, with its code.
* A problem document 400 or 422 sets the batch aside. 413 halves the batch; one report that is too large
  alone is set aside. 401 says `reactivation_needed` and keeps lease and outbox.
* Everything else is no answer and changes nothing but the moment of the next automatic attempt.
* A user who objected to usage reporting is heard: no report is sent, the lease is refreshed.
* Former installations report what they still hold, under their own tokens; their verdicts are not ours.
"""

from dataclasses import replace

from client_sdk import retry, take
from client_sdk.answer import Word
from client_sdk.context import Context
from client_sdk.entry import Entry
from client_sdk.errors import Busy, Forgotten, NoAnswer, NotTrusted
from client_sdk.exchange import Sender, Tally, exchange
from client_sdk.saved import Saved
from client_sdk.verdict import NO_ANSWER, REACTIVATION, SyncResult

MAX_BYTES = (1 << 20) - 4096
PATIENCE = 90.0
OFF = "off"


def sync(context: Context, *, automatic: bool = False) -> SyncResult:
    """One check-in. automatic: a timer's, that keeps to the back-off."""
    tally, saved = Tally(), context.store.load()
    if saved.installation_token is None:
        return _result(context, tally, reachable=False)
    if _must_wait(context, saved, automatic):
        return _unheard(context, tally)
    try:
        with context.store.syncing(PATIENCE):
            _send_own(context, tally)
            _send_former(context, tally)
    except Forgotten:
        return replace(_result(context, tally, reachable=True), verdict=REACTIVATION)
    except (NoAnswer, NotTrusted, Busy) as error:
        _note_failure(context, error)
        return _unheard(context, tally)
    return _result(context, tally, reachable=True)


def _must_wait(context: Context, saved: Saved, automatic: bool) -> bool:
    now = context.clock()
    asked = retry.must_wait(saved.retry_after, now, retry.MOST_OBEYED)
    return asked or (automatic and retry.must_wait(saved.next_attempt, now, retry.LONGEST))


def _send_own(context: Context, tally: Tally) -> None:
    saved = context.store.load()
    if saved.installation_token is None:
        return

    def take_word(word: Word, local: float) -> None:
        context.store.update(
            lambda newest: (
                take.word(context, newest, word, local) if newest.installation_id == saved.installation_id else newest
            )
        )

    sender = Sender(saved.installation_token, context.store.outbox(saved.installation_id), take_word)
    try:
        # An exchange without reports comes first where the PC's clock may have been corrected meanwhile.
        entries = [] if context.reckon(saved).must_learn else _batch(context, sender, tally)
        exchange(context, sender, entries, tally)
        _drain(context, sender, tally)
        if not tally.heard:
            # Every batch was set aside; the lease is refreshed all the same.
            exchange(context, sender, [], tally)
    except Forgotten:
        context.store.update(
            lambda newest: newest._replace(forgotten=newest.forgotten or newest.installation_token == sender.token)
        )
        raise


def _send_former(context: Context, tally: Tally) -> None:
    for former in context.store.load().former:

        def check_word(word: Word, local: float) -> None:
            take.check_author(context, context.store.load(), word)

        sender = Sender(former.installation_token, context.store.outbox(former.installation_id), check_word)
        try:
            _drain(context, sender, tally)
        except Forgotten:
            with context.store.locked():
                left = sender.outbox.batch(1 << 30, 1 << 60)
                sender.outbox.set_aside(left, "refused", "token_unknown", "The former installation is unknown.")
                tally.set_aside += len(left)
        except (NoAnswer, NotTrusted):
            return  # They stay queued; our own check-in is done all the same.


def _drain(context: Context, sender: Sender, tally: Tally) -> None:
    while entries := _batch(context, sender, tally):
        exchange(context, sender, entries, tally)


def _batch(context: Context, sender: Sender, tally: Tally) -> list[Entry]:
    saved = context.store.load()
    if saved.usage_reporting == OFF:
        return []
    with context.store.locked() as owned:
        if owned or not context.store.has_disk:
            sender.outbox.recover()
            context.store.adopt_orphans()
        return sender.outbox.batch(tally.most, MAX_BYTES, tally.handled)


def _note_failure(context: Context, error: Exception) -> None:
    now, jitter = context.clock(), context.jitter()
    wait = error.retry_after if isinstance(error, NoAnswer) else None

    def note(saved: Saved) -> Saved:
        failures = saved.failures + 1
        return saved._replace(
            failures=failures,
            next_attempt=now + retry.backoff(failures, jitter),
            retry_after=saved.retry_after if wait is None else now + wait,
        )

    context.store.update(note)


def _result(context: Context, tally: Tally, *, reachable: bool) -> SyncResult:
    verdict = context.standing()
    return SyncResult(
        tally.sent, context.store.count(), verdict, reachable, rejected=tally.rejected, set_aside=tally.set_aside
    )


def _unheard(context: Context, tally: Tally) -> SyncResult:
    result = _result(context, tally, reachable=False)
    return replace(result, verdict=result.verdict.warn(NO_ANSWER))
