"""Rounds: who waits together is served together, and nobody pays for a neighbour."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from licence_server.domain.errors import Refused, Unavailable
from licence_server.services.rounds import ALONE, Gathering
from tests.support.deployment import Deployment

REFUSED = Refused("token_unknown", "Not known.")


class Ended(BaseException):
    """As where a worker is told to go at once."""


class Counter:
    """Serves numbers; the first round waits until the gate opens, so that the others gather behind it."""

    def __init__(self) -> None:
        self.rounds: list[list[Any]] = []
        self.begun, self.gate = threading.Event(), threading.Event()

    def serve(self, asked: Sequence[Any]) -> Sequence[Any]:
        self.rounds.append(list(asked))
        if len(self.rounds) == 1:
            self.begun.set()
            assert self.gate.wait(10)
        if "poison" in asked:
            raise ZeroDivisionError
        if "the end" in asked:
            raise Ended
        if "gone" in asked:
            raise Unavailable("database_unavailable", "Gone.")
        return [self._outcome(one, len(asked)) for one in asked]

    def _outcome(self, one: Any, size: int) -> Any:
        if one == "refused":
            return REFUSED
        return ALONE if one == "shy" and size > 1 else f"{one} served"


def gathered(counter: Counter, asked: list[Any]) -> dict[Any, Any]:
    """The answers or errors of requests that wait together, after one that was there before them."""
    gathering: Gathering[Any, Any] = Gathering(lambda everyone: counter.serve(everyone()))
    with ThreadPoolExecutor(len(asked) + 1) as pool:
        first = pool.submit(gathering.join, "first")
        assert counter.begun.wait(10)
        futures = {one: pool.submit(gathering.join, one) for one in asked}
        deadline = time.monotonic() + 10
        while len(gathering.waiting) < len(asked):
            assert time.monotonic() < deadline
        counter.gate.set()
        assert first.result(10) == "first served"
        return {one: outcome(future) for one, future in futures.items()}


def outcome(future: Future[Any]) -> Any:
    return future.exception(10) or future.result()


def test_who_waits_together_is_served_together() -> None:
    counter = Counter()
    answers = gathered(counter, [1, 2, 3])
    assert answers == {1: "1 served", 2: "2 served", 3: "3 served"}
    assert [sorted(one) for one in counter.rounds[1:]] == [[1, 2, 3]]


def test_who_comes_while_a_round_waits_for_its_transaction_comes_along() -> None:
    begun, rounds = threading.Event(), []

    def run(everyone: Callable[[], Sequence[Any]]) -> Sequence[Any]:
        assert begun.wait(10)
        rounds.append(list(everyone()))
        return [f"{one} served" for one in everyone()]

    gathering: Gathering[Any, Any] = Gathering(run)
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(gathering.join, one) for one in (1, 2, 3)]
        deadline = time.monotonic() + 10
        while len(gathering.waiting) < 3:
            assert time.monotonic() < deadline
        begun.set()
        assert [answer.result(10) for answer in answers] == ["1 served", "2 served", "3 served"]
    assert list(map(sorted, rounds)) == [[1, 2, 3]]


def test_a_leader_that_is_ended_before_its_transaction_leaves_nobody_waiting() -> None:
    def run(_everyone: object) -> Sequence[Any]:
        raise Ended

    gathering: Gathering[Any, Any] = Gathering(run)
    with pytest.raises(Ended):
        gathering.join(1)
    assert gathering.waiting == []


def test_a_refusal_is_its_own_alone() -> None:
    answers = gathered(Counter(), [1, "refused"])
    assert answers == {1: "1 served", "refused": REFUSED}


def test_a_request_that_breaks_the_round_spoils_nothing_for_its_neighbours() -> None:
    counter = Counter()
    answers = gathered(counter, [1, "poison", 3])
    assert isinstance(answers.pop("poison"), ZeroDivisionError)
    assert answers == {1: "1 served", 3: "3 served"}
    assert sorted(map(len, counter.rounds)) == [1, 1, 1, 1, 3]


def test_a_request_that_cannot_share_is_taken_by_itself() -> None:
    counter = Counter()
    assert gathered(counter, ["shy", 2]) == {"shy": "shy served", 2: "2 served"}
    assert counter.rounds[-1] == ["shy"]


def test_a_database_that_is_gone_is_asked_once() -> None:
    counter = Counter()
    answers = gathered(counter, [1, "gone", 3])
    assert {type(answer) for answer in answers.values()} == {Unavailable}
    assert len(counter.rounds) == 2


def test_a_leader_that_is_ended_leaves_nobody_waiting_nor_answered() -> None:
    answers = gathered(Counter(), [1, "the end"])
    assert sorted(type(answer).__name__ for answer in answers.values()) == ["Ended", "Unavailable"]


def test_a_round_is_no_part_of_a_larger_transaction(deployment: Deployment) -> None:
    """It may commit by itself, and serves others too."""
    runtime, served = deployment.runtime, list[Any]()

    def serve(_runtime: Any, _session: Any, asked: Sequence[Any]) -> Sequence[Any]:
        served.extend(asked)
        return asked

    with runtime.database.writing(), pytest.raises(AssertionError, match="larger"):
        runtime.rounds.join(serve, 1)
    assert runtime.rounds.join(serve, 2) == 2
    assert served == [2]
