"""Every refusal of an activation, and which goes first where several apply."""

import uuid
from datetime import date

import pytest

from licence_server.domain.licence import LicenceTerms
from tests.support.acts import change, end_installation, json_of, refusal, revoke_token
from tests.support.deployment import Deployment


@pytest.mark.parametrize("token", ["", "nonsense", "0" * 28, "AAAA-AAAA", "é" * 28, "x" * 200])
def test_an_unknown_or_malformed_token_is_token_unknown(deployment: Deployment, token: str) -> None:
    deployment.kit()
    assert refusal(deployment.post_activation(token)) == (403, "token_unknown")


def test_a_token_with_one_wrong_symbol_is_unknown(deployment: Deployment) -> None:
    token = deployment.token()
    wrong = ("7" if token[0] != "7" else "8") + token[1:]
    assert refusal(deployment.post_activation(wrong)) == (403, "token_unknown")


def test_a_token_typed_carelessly_is_known(deployment: Deployment) -> None:
    typed = deployment.token().lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert deployment.post_activation(f"  {typed} ").status_code == 201


def test_each_refusal_goes_before_those_that_follow(deployment: Deployment) -> None:
    """Everything that can be wrong is wrong; then it is put right, first things first."""
    clock = deployment.clock
    theirs = deployment.organisation("Theirs")
    kit_id = deployment.kit()
    elsewhere = deployment.installation(deployment.token(deployment.licence(theirs, kit_id)))
    ours = deployment.organisation("Ours")
    roomy = deployment.licence(ours, kit_id)
    revoked = deployment.installation(deployment.token(roomy))
    end_installation(deployment, "revoke", revoked)

    licence = deployment.licence(ours, kit_id, seats=1, first=date(2026, 3, 10), until=date(2026, 3, 20))
    until = date(2026, 3, 5)
    tokens = [deployment.token(licence, uses=1, until=until) for _ in range(2)]

    def code(token: str, installation_id: str | None = None, kit: str = "another-kit") -> str:
        status, found = refusal(deployment.post_activation(token, installation_id, kit))
        assert status == (409 if found == "seat_limit_reached" else 403)
        return found

    clock.advance(days=4)  # the tokens have expired, the licence is pending
    assert code("nonsense", elsewhere.id) == "token_unknown"
    assert code(tokens[0], elsewhere.id) == "token_expired"
    revoke_token(deployment, licence)
    assert code(tokens[0], elsewhere.id) == "token_revoked"

    first, second = deployment.token(licence, uses=1), deployment.token(licence)
    assert code(first, elsewhere.id) == "installation_elsewhere"
    assert code(first, revoked.id) == "installation_revoked"
    assert code(first) == "kit_mismatch"

    fresh = str(uuid.uuid4())
    assert refusal(deployment.post_activation(first, fresh)) == (403, "licence_pending")
    change(deployment, "suspend", licence)
    assert refusal(deployment.post_activation(first, fresh)) == (403, "licence_suspended")
    change(deployment, "reinstate", licence)

    clock.advance(days=6)
    deployment.installation(first)  # the only seat, and the only use of this token
    assert refusal(deployment.post_activation(first, fresh)) == (403, "token_used_up")
    assert refusal(deployment.post_activation(second, fresh)) == (409, "seat_limit_reached")

    clock.advance(days=20)
    assert refusal(deployment.post_activation(first, fresh)) == (403, "licence_expired")
    change(deployment, "suspend", licence)
    assert refusal(deployment.post_activation(first, fresh)) == (403, "licence_suspended")
    change(deployment, "revoke", licence)
    assert refusal(deployment.post_activation(first, fresh)) == (403, "licence_revoked")
    assert code(first, fresh) == "kit_mismatch"


def test_neither_uses_nor_seats_count_against_a_holder(deployment: Deployment) -> None:
    licence = deployment.licence(seats=2)
    token = deployment.token(licence, uses=2)
    held = [deployment.installation(token) for _ in range(2)]
    change(deployment, "change_terms", licence, changes={"seat_limit": 1})

    for installed in held:
        again = deployment.post_activation(token, installed.id)
        assert again.status_code == 200
        assert json_of(again)["verdict"]["code"] == "active"
    assert refusal(deployment.post_activation(token)) == (403, "token_used_up")
    assert refusal(deployment.post_activation(deployment.token(licence))) == (409, "seat_limit_reached")


def test_a_refused_activation_uses_nothing_up(deployment: Deployment) -> None:
    licence = deployment.licence(seats=1)
    token = deployment.token(licence, uses=2)
    first = deployment.installation(token)
    for _ in range(3):
        assert refusal(deployment.post_activation(token)) == (409, "seat_limit_reached")
    end_installation(deployment, "release", first)
    assert deployment.post_activation(token).status_code == 201
    assert refusal(deployment.post_activation(token)) == (403, "token_used_up")


def test_a_token_works_through_its_last_day(deployment: Deployment) -> None:
    licence = deployment.licence()
    token = deployment.token(licence, until=date(2026, 3, 3))
    deployment.clock.advance(days=1, hours=14, minutes=59, seconds=59)
    assert deployment.post_activation(token).status_code == 201
    deployment.clock.advance(seconds=1)
    assert refusal(deployment.post_activation(token)) == (403, "token_expired")


def test_the_trial_begins_with_the_first_activation_and_not_with_a_refused_one(deployment: Deployment) -> None:
    licence = deployment.licence(trial_days=2, terms=LicenceTerms(seat_limit=1))
    token = deployment.token(licence)
    assert refusal(deployment.post_activation(token, kit_id="another-kit")) == (403, "kit_mismatch")
    deployment.clock.advance(days=100)
    assert deployment.post_activation(token).status_code == 201
    deployment.clock.advance(days=1, hours=13, minutes=59)  # in a London summer midnight is at 23:00
    assert refusal(deployment.post_activation(token)) == (409, "seat_limit_reached")
    deployment.clock.advance(minutes=1)
    assert refusal(deployment.post_activation(token)) == (403, "licence_expired")
