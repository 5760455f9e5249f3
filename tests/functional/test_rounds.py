"""Kits that wait together: one transaction, and for each the answer it would have had alone."""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from licence_server.services import audit
from tests.support.acts import claims_of, end_installation
from tests.support.deployment import Deployment, Installed, activation_body, workshop

Answer = tuple[int, dict[str, Any]]


@contextmanager
def held_up(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, size: int, way: str = "write"
) -> Iterator[list[int]]:
    """The first check-in waits before its way into the database until so many wait, itself among them. Counts how often
    it is taken."""
    enter, calls = getattr(deployment.runtime.database, way), list[int]()
    gathered = threading.Event()

    def gated(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            assert gathered.wait(30)
        return enter(*arguments)

    def watch() -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if sum(len(kind.waiting) for kind in list(deployment.runtime.rounds.kinds.values())) == size:
                gathered.set()
                return

    monkeypatch.setattr(deployment.runtime.database, way, gated)
    watcher = threading.Thread(target=watch)
    watcher.start()
    yield calls
    watcher.join()


def together(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, asked: list[tuple[str, list[Any]]]
) -> tuple[list[Answer], int]:
    """The answers to check-ins, each a token and reports, that share a round; and how many transactions there were."""
    sent_at = deployment.clock().isoformat()
    bodies = [{"sent_at": sent_at, "reports": reports} for _, reports in asked]
    return posted_together(
        deployment, monkeypatch, "/api/v1/sync", bodies, [{"Authorization": f"Bearer {token}"} for token, _ in asked]
    )


def activated_together(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, asked: list[tuple[str, str]]
) -> tuple[list[Answer], int]:
    """The same for activations, each an activation token and the id of an installation."""
    bodies = [activation_body(*one) for one in asked]
    return posted_together(deployment, monkeypatch, "/api/v1/activations", bodies, [{}] * len(asked))


def posted_together(
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    bodies: list[dict[str, Any]],
    headers: list[dict[str, str]],
) -> tuple[list[Answer], int]:
    with (
        held_up(deployment, monkeypatch, len(bodies)) as calls,
        ThreadPoolExecutor(len(bodies)) as pool,
    ):
        answers = list(pool.map(lambda body, own: post(deployment, path, body, own), bodies, headers))
    return answers, len(calls)


def post(deployment: Deployment, path: str, body: dict[str, Any], headers: dict[str, str]) -> Answer:
    answer = deployment.app.test_client().post(path, json=body, headers=headers)
    assert answer.json is not None
    return answer.status_code, answer.json


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


def test_who_has_nothing_to_report_shares_a_message(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    licence = deployment.licence(deployment.organisation(), deployment.kit())
    kits = [deployment.installation(deployment.token(licence)) for _ in range(3)]
    deployment.clock.advance(hours=2)
    for kit in kits:
        kit.sync()
    end_installation(deployment, "revoke", kits[1])
    headers = [{"Authorization": f"Bearer {token}"} for token in (*map(token_of, kits), "unknown")]
    body = {"sent_at": deployment.clock().isoformat(), "reports": []}

    is_sqlite = deployment.runtime.database.is_sqlite
    with (
        held_up(deployment, monkeypatch, 0 if is_sqlite else len(headers), "looking") as looks,
        held_up(deployment, monkeypatch, 0) as writes,
        ThreadPoolExecutor(len(headers)) as pool,
    ):
        answers = list(pool.map(lambda own: post(deployment, "/api/v1/sync", body, own), headers))

    assert [status for status, _ in answers] == [200, 200, 200, 401]
    assert [answer["verdict"]["code"] for _, answer in answers[:3]] == ["active", "installation_revoked", "active"]
    subjects = [claims_of(answer["lease"])["sub"] for _, answer in (answers[0], answers[2])]
    assert subjects == [kits[0].id, kits[2].id]
    # SQLite is asked by each, since it is sent no message that could be shared.
    assert len(looks) == (len(headers) if is_sqlite else 1)
    assert writes == []


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


def test_a_refused_activation_spoils_nothing_for_its_neighbours(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = deployment.kit()
    licence = deployment.licence(deployment.organisation(), kit)
    other = deployment.installation(deployment.token(deployment.licence(deployment.organisation("Elsewhere"), kit)))
    secret, scarce = deployment.token(licence), deployment.token(licence, uses=2)
    same = str(uuid.uuid4())

    def new() -> str:
        return str(uuid.uuid4())

    asked = [(scarce, new()), (scarce, new()), (scarce, new()), (secret, other.id), (secret, same), (secret, same)]
    answers, transactions = activated_together(deployment, monkeypatch, asked)

    codes = [body.get("code", status) for status, body in answers]
    assert Counter(codes[:3]) == {201: 2, "token_used_up": 1}
    assert codes[3] == "installation_elsewhere"
    assert sorted(codes[4:]) == [200, 201]
    # The round, and the second of one installation by itself.
    assert transactions == 2
    for body in (body for status, body in answers[:3] if status == 201):
        headers = {"Authorization": f"Bearer {body['installation_token']}"}
        sent = {"sent_at": deployment.clock().isoformat(), "reports": []}
        assert deployment.client.post("/api/v1/sync", json=sent, headers=headers).status_code == 200
    entries = audit.list_entries(deployment.runtime, limit=100, cursor=None).items
    assert [entry.action for entry in entries].count("installation_activated") == 4
    assert audit.verify(deployment.runtime).faults == []


def test_a_round_of_activations_never_takes_a_seat_too_many(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = deployment.token(deployment.licence(deployment.organisation(), deployment.kit(), seats=2))

    answers, _ = activated_together(deployment, monkeypatch, [(secret, str(uuid.uuid4())) for _ in range(5)])

    assert Counter(status for status, _ in answers) == {201: 2, 409: 3}
