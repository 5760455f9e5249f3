"""Writing down what happens: sessions and feedback, into the outbox of the present installation.

* A session's journal is made under the state lock; see outbox.py for why.
* A disk that fails leaves the rest of the session in memory; its journal stays locked until the report is
  safe, so that nobody reports half of it in between.
* A user who objected to usage reporting is not written down at all.
"""

from typing import Any

from client_sdk import ids, report
from client_sdk.context import Context
from client_sdk.journal import PREFIX, SUFFIX, Journal
from client_sdk.outbox import Outbox
from client_sdk.report import Report
from client_sdk.saved import Saved

OFF = "off"


class Unrecorded:
    """The record of a session nobody may count."""

    def write(self, line: Report) -> None:
        """See session.Record."""

    def finish(self, attendee_count: int, plays: list[Report]) -> None:
        """See session.Record."""


class Recording:
    """The record of one session: a journal while it lives, a report once it has ended."""

    def __init__(self, context: Context, saved: Saved, mode: str, attendee_count: int) -> None:
        self._context = context
        self._outbox = context.store.outbox(saved.installation_id)
        self._began = context.monotonic()
        time = context.reckon(saved)
        self._first: dict[str, Any] = {
            "id": ids.uuid7(time.now, context.random_bytes),
            "mode": mode,
            "started_at": report.written(time.now),
            "attendee_count": attendee_count,
            "learner": saved.learner if mode == "individual" else None,
            "clock": time.clock,
        }
        self._journal = self._begin()

    def write(self, line: Report) -> None:
        """See session.Record."""
        if self._journal is not None:
            try:
                self._journal.write(line | {"after": self._elapsed()})
            except OSError:
                self._journal.broken = True

    def finish(self, attendee_count: int, plays: list[Report]) -> None:
        """See session.Record."""
        first = self._first
        done = report.session(
            first["id"], first["mode"], first["started_at"], self._elapsed(), attendee_count, plays
        ) | ({} if first["learner"] is None else {"learner": first["learner"]})
        queue(self._context, self._outbox, done, first["clock"], self._journal)

    def _begin(self) -> Journal | None:
        try:
            with self._context.store.locked() as owned:
                if not owned:
                    return None
                self._outbox.directory.mkdir(parents=True, exist_ok=True)
                return Journal(self._outbox.directory / f"{PREFIX}{self._first['id']}{SUFFIX}", self._first)
        except OSError:
            return None

    def _elapsed(self) -> float:
        return max(0.0, self._context.monotonic() - self._began)


def begin(context: Context, mode: str, attendee_count: int) -> Recording | Unrecorded:
    """Begin to record a session."""
    saved = _ready(context, mode)
    return Unrecorded() if saved.usage_reporting == OFF else Recording(context, saved, mode, attendee_count)


def past(context: Context, mode: str, attendee_count: int, plays: list[Report], duration: float) -> None:
    """Record a session that has just ended. duration: seconds."""
    saved = _ready(context, mode)
    if saved.usage_reporting == OFF:
        return
    time = context.reckon(saved)
    session_id = ids.uuid7(time.now, context.random_bytes)
    done = report.session(
        session_id, mode, report.written(time.now - duration), duration, attendee_count, plays
    ) | _learner(saved, mode)
    queue(context, context.store.outbox(saved.installation_id), done, time.clock, None)


def feedback(context: Context, rating: int, item: str | None, comment: str | None) -> None:
    """Record a piece of feedback. Raises InvalidArgument."""
    saved = _ready(context, "feedback")
    time = context.reckon(saved)
    report_id = ids.uuid7(time.now, context.random_bytes)
    given = report.feedback(report_id, report.written(time.now), rating, item, comment)
    if saved.usage_reporting != OFF:
        queue(context, context.store.outbox(saved.installation_id), given, time.clock, None)


def queue(context: Context, outbox: Outbox, done: Report, clock: float | None, live: Journal | None) -> None:
    """Put a report into the outbox, into memory where that is all there is."""
    with context.store.locked() as owned:
        if owned:
            outbox.add(done, clock, live)
        else:
            outbox.hold(done, clock, live)


def recover(context: Context) -> None:
    """Queue the sessions that an earlier run left behind."""
    with context.store.locked() as owned:
        if owned:
            context.store.outbox(context.store.load().installation_id).recover()


def _learner(saved: Saved, mode: str) -> Report:
    return {"learner": saved.learner} if mode == "individual" else {}


def _ready(context: Context, mode: str) -> Saved:
    """The state, saved: what is recorded must find its installation again."""

    def prepare(saved: Saved) -> Saved:
        if mode == "individual" and saved.learner is None:
            return saved._replace(learner=ids.learner(context.random_bytes))
        return saved

    return context.store.update(prepare)
