"""One request of a check-in: reports go out, and what the server says of each is done to it.

* An answer that is wholly ours is taken first, then the reports it names are acknowledged: what a crash
  leaves in between is sent again, as a duplicate.
* 413 halves the batch, whoever says it: a proxy before our server has words of its own.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from client_sdk import answer, clock, report
from client_sdk.answer import Problem, Result, Word
from client_sdk.context import Context
from client_sdk.entry import Entry
from client_sdk.errors import Forgotten
from client_sdk.outbox import MAX_REPORTS, Outbox


@dataclass
class Tally:
    """What one check-in has come to so far.

    handled: ids not to be sent again in it. most: reports a batch. heard: the server's word was taken.
    """

    handled: set[str] = field(default_factory=set)
    sent: int = 0
    rejected: int = 0
    set_aside: int = 0
    most: int = MAX_REPORTS
    heard: bool = False


@dataclass(frozen=True)
class Sender:
    """An installation that reports, and what becomes of the word it is answered with."""

    token: str
    outbox: Outbox
    take: Callable[[Word, float], object]


def exchange(context: Context, sender: Sender, entries: list[Entry], tally: Tally) -> None:
    """One request. Raises NoAnswer, NotTrusted, Forgotten."""
    saved = context.store.load()
    sent_at = clock.sent_at(context.reckon(saved), entries[0].clock if entries else None)
    body = {"sent_at": report.written(sent_at), "reports": [entry.report for entry in entries]} | (
        {} if saved.usage_reporting is None else {"usage_reporting": saved.usage_reporting}
    )
    response = context.send("POST", "/sync", json.dumps(body).encode(), sender.token)
    if response.status == 413 and len(entries) > 1:
        tally.most = len(entries) // 2
        return
    if response.status != 200:
        problem = answer.problem(response)
        if problem is None or not _refused(context, sender, entries, tally, problem):
            raise answer.no_answer(response, context.clock())
        return
    word, results = answer.synced(response, {entry.id for entry in entries})
    sender.take(word, context.clock())
    tally.heard = True
    _settle(context, sender.outbox, entries, results, tally)


def _refused(context: Context, sender: Sender, entries: list[Entry], tally: Tally, problem: Problem) -> bool:
    """Whether the refusal was dealt with, so that the next batch may go. Raises Forgotten."""
    if problem.status == 401:
        raise Forgotten(problem.code)
    if problem.status not in (400, 413, 422) or not entries:
        return False
    with context.store.locked():
        sender.outbox.set_aside(entries, "refused", problem.code, problem.detail)
    tally.handled.update(entry.id for entry in entries)
    tally.set_aside += len(entries)
    return True


def _settle(context: Context, outbox: Outbox, entries: list[Entry], results: list[Result], tally: Tally) -> None:
    by_id = {entry.id: entry for entry in entries}
    with context.store.locked():
        outbox.acknowledge(by_id[result.id] for result in results if result.status != "rejected")
        for result in results:
            if result.status == "rejected":
                outbox.set_aside([by_id[result.id]], "rejected", result.code, result.detail)
                tally.rejected += 1
    tally.handled.update(by_id)
    tally.sent += len(results)
