"""Guessing activation tokens is slowed down, and nothing is remembered of it within the hour."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from licence_server.domain.errors import Unavailable
from licence_server.models import IdempotencyRecord, RateLimit, RateSalt
from licence_server.services import housekeeping
from tests.support.acts import json_of, refusal
from tests.support.deployment import Deployment, activation_body


def guess(deployment: Deployment, address: str = "192.0.2.7", token: str = "no such token") -> TestResponse:
    body = activation_body(token, "0196f1a0-0000-7000-8000-000000000001")
    return deployment.client.post("/api/v1/activations", json=body, environ_base={"REMOTE_ADDR": address})


def rows(deployment: Deployment) -> tuple[int, int]:
    """Counters and salts that are kept."""
    with deployment.runtime.database.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(model)) or 0 for model in (RateLimit, RateSalt))  # type: ignore[return-value]


def test_the_thirty_first_guess_in_a_minute_waits(deployment: Deployment) -> None:
    known = deployment.token()
    assert Counter(refusal(guess(deployment)) for _ in range(30)) == {(403, "token_unknown"): 30}
    blocked = guess(deployment)
    assert refusal(blocked) == (429, "too_many_attempts")
    wait = int(blocked.headers["Retry-After"])
    assert 0 < wait <= 61
    # Others go on, and so does whoever has a token that is known.
    assert refusal(guess(deployment, "192.0.2.8")) == (403, "token_unknown")
    assert guess(deployment, token=known).status_code == 201
    deployment.clock.advance(seconds=wait)
    assert refusal(guess(deployment)) == (403, "token_unknown")


def test_a_whole_office_activates_unhindered(deployment: Deployment) -> None:
    token = deployment.token()
    assert {deployment.post_activation(token).status_code for _ in range(40)} == {201}
    assert rows(deployment) == (0, 0)


def test_refusals_of_known_tokens_do_not_count(deployment: Deployment) -> None:
    token = deployment.token(deployment.licence(seats=1))
    deployment.installation(token)
    assert {refusal(deployment.post_activation(token))[0] for _ in range(40)} == {409}


def test_an_address_is_kept_only_as_a_hash_under_a_salt_of_half_an_hour(deployment: Deployment) -> None:
    keys = set()
    for _ in range(2):
        guess(deployment)
        with deployment.runtime.database.reading() as session:
            keys |= set(session.scalars(select(RateLimit.key)))
        deployment.clock.advance(minutes=31)
    assert len(keys) == 2
    assert "192.0.2.7" not in str(keys)


def test_everything_is_forgotten_within_the_hour(deployment: Deployment) -> None:
    guess(deployment)
    assert rows(deployment) == (1, 1)
    waits: list[timedelta] = []

    def wait(interval: timedelta) -> bool:
        waits.append(interval)
        deployment.clock.advance(seconds=interval.total_seconds())
        return sum(waits, timedelta(0)) + interval > timedelta(hours=1)

    housekeeping.keep_house(deployment.runtime, deployment.clock, wait)

    assert rows(deployment) == (0, 0)


def test_what_is_still_needed_is_kept(deployment: Deployment) -> None:
    for _ in range(30):
        guess(deployment)
    housekeeping.forget_old(deployment.runtime, now=deployment.clock())
    assert json_of(guess(deployment))["code"] == "too_many_attempts"


def test_answers_to_idempotency_keys_are_forgotten_after_a_day(deployment: Deployment) -> None:
    headers = {**deployment.api_key(), "Idempotency-Key": "once"}
    assert deployment.client.post("/api/v1/organisations", json={"name": "A"}, headers=headers).status_code == 201

    def kept() -> int:
        with deployment.runtime.database.reading() as session:
            return session.scalar(select(func.count()).select_from(IdempotencyRecord)) or 0

    deployment.clock.advance(hours=23, minutes=59)
    housekeeping.forget_old(deployment.runtime, now=deployment.clock())
    assert kept() == 1
    deployment.clock.advance(minutes=1)
    housekeeping.forget_old(deployment.runtime, now=deployment.clock())
    assert kept() == 0


def test_a_database_that_is_away_is_tried_again(deployment: Deployment) -> None:
    guess(deployment)
    deployment.clock.advance(hours=1)
    database, failures = deployment.runtime.database, [2]
    original = database.writing

    def writing() -> object:
        if failures[0]:
            failures[0] -= 1
            raise Unavailable("database_unavailable", "Away.")
        return original()

    vars(database)["writing"] = writing
    rounds = iter([False, False, True])
    housekeeping.keep_house(deployment.runtime, deployment.clock, lambda _: next(rounds))
    assert rows(deployment) == (0, 0)


def test_the_housekeeping_thread_ends_when_it_is_told_to(deployment: Deployment) -> None:
    guess(deployment)
    deployment.clock.advance(hours=1)
    stop = housekeeping.start(deployment.runtime, deployment.clock)
    stop()
    assert rows(deployment) == (0, 0)
