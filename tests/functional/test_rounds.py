"""Check-ins that wait together: one transaction, and for each the answer it would have had alone."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.deployment import Deployment, Installed, workshop

Answer = tuple[int, dict[str, Any]]


@contextmanager
def held_up(deployment: Deployment, monkeypatch: pytest.MonkeyPatch, size: int) -> Iterator[list[int]]:
    """The first check-in waits before its transaction until so many wait, itself among them. Counts transactions."""
    write, calls = deployment.runtime.database.write, list[int]()
    gathered = threading.Event()

    def gated(use_case: Callable[[Any], Any]) -> Any:
        calls.append(1)
        if len(calls) == 1:
            assert gathered.wait(30)
        return write(use_case)

    def watch() -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if sum(len(kind.waiting) for kind in list(deployment.runtime.rounds.kinds.values())) == size:
                gathered.set()
                return

    monkeypatch.setattr(deployment.runtime.database, "write", gated)
    watcher = threading.Thread(target=watch)
    watcher.start()
    yield calls
    watcher.join()


def together(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, asked: list[tuple[str, list[Any]]]
) -> tuple[list[Answer], int]:
    """The answers to check-ins, each a token and reports, that share a round; and how many transactions there were."""

    def post(token: str, reports: list[Any]) -> Answer:
        body = json.dumps({"sent_at": deployment.clock().isoformat(), "reports": reports})
        headers = {"Authorization": f"Bearer {token}"}
        answer = deployment.app.test_client().post(
            "/api/v1/sync", data=body, content_type="application/json", headers=headers
        )
        assert answer.json is not None
        return answer.status_code, answer.json

    with (
        held_up(deployment, monkeypatch, len(asked)) as calls,
        ThreadPoolExecutor(len(asked)) as pool,
    ):
        answers = list(pool.map(post, *zip(*asked, strict=True)))
    return answers, len(calls)


def token_of(kit: Installed) -> str:
    return str(kit.answer["installation_token"])


def test_each_gets_what_it_would_have_had_alone(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    licence = deployment.licence(deployment.organisation(), deployment.kit())
    first, second, third = (deployment.installation(deployment.token(licence)) for _ in range(3))
    shared = workshop(deployment.clock(), attendee_count=5)
    bad = {**workshop(deployment.clock(), seq=1), "attendee_count": 0}

    answers, transactions = together(
        deployment,
        monkeypatch,
        [
            (token_of(first), [shared]),
            (token_of(second), [shared]),
            (token_of(third), [bad, workshop(deployment.clock(), seq=2, attendee_count=7)]),
            (token_of(third), [workshop(deployment.clock(), seq=3, attendee_count=11)]),
            ("unknown", [workshop(deployment.clock())]),
        ],
    )

    assert [status for status, _ in answers] == [200, 200, 200, 200, 401]
    said = [[result["status"] for result in body.get("results", [])] for _, body in answers]
    assert sorted(said[0] + said[1]) == ["accepted", "duplicate"]
    assert said[2:] == [["rejected", "accepted"], ["accepted"], []]
    assert deployment.report()["attendances"] == 5 + 7 + 11
    # The round, and the second check-in of one installation by itself.
    assert transactions == 2
    deployment.assert_totals_agree()


def test_a_round_never_holds_a_seat_too_many(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    licence = deployment.licence(deployment.organisation(), deployment.kit(), seats=2)
    secret = deployment.token(licence)
    kits = [deployment.installation(secret) for _ in range(2)]
    deployment.clock.advance(days=61)
    kits += [deployment.installation(secret) for _ in range(2)]
    deployment.clock.advance(days=61)

    answers, _ = together(deployment, monkeypatch, [(token_of(kit), [workshop(deployment.clock())]) for kit in kits])

    codes = sorted(body["verdict"]["code"] for _, body in answers)
    assert codes == ["active", "active", "seat_limit_reached", "seat_limit_reached"]
    assert [result["status"] for _, body in answers for result in body["results"]] == ["accepted"] * 4
    deployment.assert_totals_agree()


def test_a_token_of_old_ends_with_the_round_that_uses_a_newer_one(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    licence = deployment.licence(deployment.organisation(), deployment.kit())
    secret, other = deployment.token(licence), deployment.installation(deployment.token(licence))
    installation_id = str(uuid.uuid4())
    old, new = (deployment.post_activation(secret, installation_id=installation_id).json for _ in range(2))
    assert old is not None
    assert new is not None

    asked = [(token_of(other), [])] + [(str(answer["installation_token"]), []) for answer in (new, old)]
    answers, _ = together(deployment, monkeypatch, [(token, [workshop(deployment.clock())]) for token, _ in asked])

    assert answers[1][0] == 200
    assert answers[2][0] in (200, 401)
    again = deployment.client.post(
        "/api/v1/sync",
        json={"sent_at": deployment.clock().isoformat(), "reports": []},
        headers={"Authorization": f"Bearer {old['installation_token']}"},
    )
    assert again.status_code == 401
