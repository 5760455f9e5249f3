"""A batch of reports, looked at as far as it can be without the database, and so before others wait for it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from licence_server.domain import dates
from licence_server.domain.counted_time import clock_shift, latest_counted
from licence_server.domain.examined_report import Examined, examine_all
from licence_server.domain.tally import Tally
from licence_server.domain.usage_report import Report, Session
from licence_server.services import usage_rows
from licence_server.services.runtime import Runtime


@dataclass(frozen=True)
class Ordinary:
    """What a batch adds if the database knows nothing against it: then it is taken as a whole.

    accepted: report id, as a number, to content hash and sequence number. numbers: the sequence numbers alone.
    earliest: the first moment that any of the reports counts at. sessions, feedbacks: rows of `usage_rows.OF_SESSION`
    and `OF_FEEDBACK`, as the database takes them. learners: of each session, with its day; empty where there are none.
    tally: their use, without receipts.
    """

    accepted: dict[int, tuple[bytes, int]]
    numbers: set[int]
    item_ids: set[str]
    earliest: datetime
    sessions: list[tuple[Any, ...]]
    feedbacks: list[tuple[Any, ...]]
    learners: list[tuple[str | None, date]]
    tally: Tally


@dataclass(frozen=True)
class Batch:
    """reports: each looked at by itself. shift: what the PC's clock was wrong by. carried: by hand, in a message.
    ordinary: None where the reports have to be judged one by one, whatever the database knows."""

    reports: list[Examined]
    sent_at: datetime
    received_at: datetime
    shift: timedelta
    ordinary: Ordinary | None
    carried: bool = False

    @classmethod
    def of(
        cls, runtime: Runtime, values: list[Any], sent_at: datetime, received_at: datetime, *, carried: bool = False
    ) -> "Batch":
        """Of decoded JSON values."""
        reports = examine_all(values)
        shift = clock_shift(sent_at, received_at, carried=carried)
        return cls(reports, sent_at, received_at, shift, _ordinary(runtime, reports, shift, received_at), carried)


def _ordinary(runtime: Runtime, reports: list[Examined], shift: timedelta, received_at: datetime) -> Ordinary | None:
    latest, timezone = latest_counted(received_at), runtime.timezone
    tally, days, dated = Tally(), dict[date, date](), list[tuple[Report, date]]()
    accepted, item_ids, learners = dict[int, tuple[bytes, int]](), set[str](), list[tuple[str | None, date]]()
    sessions, feedbacks = list[tuple[Any, ...]](), list[tuple[Any, ...]]()
    earliest = latest
    for sent in reports:
        report = sent.report
        if report is None:
            return None
        happened_at = dates.to_utc(report.happened_at)
        counted_at = dates.shifted(happened_at, shift)
        if counted_at > latest:
            return None
        day = dates.day_of(counted_at, timezone)
        # One object a day, since each is converted once.
        day = days.setdefault(day, day)
        accepted[report.id.int] = (sent.content_hash, report.seq)
        dated.append((report, day))
        earliest = min(earliest, counted_at)
        values = usage_rows.own_values(report, sent.content_hash, happened_at, counted_at, day)
        if isinstance(report, Session):
            sessions.append(values)
            learners.append((report.learner, day))
        else:
            feedbacks.append(values)
            item_ids |= report.item_ids
    tally.add_reports(dated)
    item_ids.update(item for item, _, _ in tally.items)
    numbers = {seq for _, seq in accepted.values()}
    if not reports or not len(reports) == len(accepted) == len(numbers):
        return None
    return Ordinary(
        accepted=accepted,
        numbers=numbers,
        item_ids=item_ids,
        earliest=earliest,
        sessions=usage_rows.converted(runtime, usage_rows.OF_SESSION, sessions),
        feedbacks=usage_rows.converted(runtime, usage_rows.OF_FEEDBACK, feedbacks),
        learners=learners if any(learner for learner, _ in learners) else [],
        tally=tally,
    )
