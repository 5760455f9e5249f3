"""Retention at work while kits send again what it removes, and while it works in several places at once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from licence_server.models import Installation, RejectedReport, RemovedReport, UsageReport
from licence_server.services import retention
from tests.support.acts import end_installation, json_of, statuses
from tests.support.deployment import ACTOR, Deployment, Installed, workshop
from tests.support.field import at_once
from tests.support.retained import DAYS, keep_for, rows

pytestmark = pytest.mark.traced_on_postgresql


@pytest.fixture
def due(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    monkeypatch.setattr(retention, "_KINDS", [replace(kind, batch=5) for kind in retention._KINDS])
    keep_for(deployment)
    return deployment


def test_repeats_are_never_counted_again(due: Deployment) -> None:
    token = due.token(due.licence(trial_days=700))
    kits = [due.installation(token) for _ in range(3)]
    sent = [[workshop(due.clock(), seq, attendee_count=14 if seq % 3 else 0) for seq in range(1, 31)] for _ in kits]
    for kit, reports in zip(kits, sent, strict=True):
        kit.sync(*reports)
    due.clock.advance(days=DAYS + 1)
    before, over = due.report(), threading.Event()

    def send_again(kit: Installed, reports: list[Any]) -> Callable[[], set[str]]:
        def send() -> set[str]:
            told: set[str] = set()
            while not over.is_set():
                told |= set(statuses(kit.sync(*reports)))
            return told

        return send

    def run() -> set[str]:
        try:
            retention.run(due.runtime, now=due.clock(), actor=ACTOR)
        finally:
            over.set()
        return set()

    told = at_once([run, *(send_again(kit, reports) for kit, reports in zip(kits, sent, strict=True))])

    assert set().union(*told) == {"duplicate", "invalid"}
    # A rejected report that was judged afresh in time belongs to today, and is not yet due.
    kept = rows(due, RejectedReport)
    assert (rows(due, UsageReport), rows(due, RemovedReport)) == (0, 90 - kept)
    after = due.report()
    assert [after[name] for name in ("attendances", "sessions")] == [
        before[name] for name in ("attendances", "sessions")
    ]
    assert {**after["reports"], "duplicates": 0} == before["reports"]
    assert after["installations"]["copied"] == 0
    due.assert_totals_agree()


def test_several_runs_at_once_remove_everything_once(due: Deployment) -> None:
    kit = due.installation(due.token(due.licence(trial_days=700)))
    kit.sync(*(workshop(due.clock(), seq) for seq in range(1, 61)))
    due.clock.advance(days=DAYS + 1)

    done = at_once([lambda: retention.run(due.runtime, now=due.clock(), actor=ACTOR)] * 4)

    assert sum(one.reports for one in done) == rows(due, RemovedReport) == 60
    due.assert_totals_agree()


def test_an_installation_that_comes_back_while_it_goes_is_there_once(due: Deployment) -> None:
    token = due.token(due.licence(trial_days=700))
    kits = [due.installation(token) for _ in range(10)]
    for kit in kits:
        end_installation(due, "release", kit)
    due.clock.advance(days=DAYS + 1)

    def activate(kit: Installed) -> Callable[[], object]:
        return lambda: due.post_activation(token, kit.id)

    acts: list[Callable[[], object]] = [lambda: retention.run(due.runtime, now=due.clock(), actor=ACTOR)]
    answers: list[Any] = at_once([*acts, *(activate(kit) for kit in kits), *(activate(kit) for kit in kits)])[1:]

    assert {answer.status_code for answer in answers} == {200, 201}
    assert {json_of(answer)["installation_id"] for answer in answers} == {kit.id for kit in kits}
    assert rows(due, Installation) == 10
    assert due.report()["installations"]["activated"] == 10
    due.assert_totals_agree()
