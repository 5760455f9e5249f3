"""What an activation gives: 201 for a seat taken, 200 for one held, tokens, the message key."""

import hmac
import uuid
from base64 import urlsafe_b64decode
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from licence_server.models import AuditEntry, Installation
from licence_server.secret_keys import SecretKeys
from tests.support.acts import claims_of, end_installation, json_of, refusal, verdict
from tests.support.deployment import Deployment, Installed, workshop


def test_the_answer_holds_what_the_contract_says(deployment: Deployment) -> None:
    token = deployment.token()
    asked = "0196F1A0-0000-7000-8000-00000000000A"
    body = json_of(deployment.post_activation(token, asked))

    assert set(body) == {
        *("installation_id", "installation_token", "message_key", "message_kid", "verdict"),
        *("lease", "keyset", "roots", "server_time"),
    }
    assert body["installation_id"] == asked.lower()
    assert body["server_time"] == "2026-03-02T09:00:00.000Z"
    assert body["roots"] == []
    secrets = SecretKeys.load(deployment.runtime.config.secret_key_file).message_secrets
    expected = hmac.digest(secrets[body["message_kid"]], asked.lower().encode(), "sha256")
    assert urlsafe_b64decode(body["message_key"] + "=") == expected


def test_a_retry_is_harmless(deployment: Deployment) -> None:
    token = deployment.token()
    first = deployment.installation(token)
    again = deployment.post_activation(token, first.id)

    assert again.status_code == 200
    body = json_of(again)
    for name in ("message_key", "message_kid", "installation_id"):
        assert body[name] == first.answer[name]
    assert body["installation_token"] != first.answer["installation_token"]
    with deployment.runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Installation)) == 1
        entries = select(func.count()).where(AuditEntry.action == "installation_activated")
        assert session.scalar(entries) == 1


def test_another_token_of_the_same_licence_is_a_retry_too(deployment: Deployment) -> None:
    licence = deployment.licence(seats=1)
    first = deployment.installation(deployment.token(licence))
    assert deployment.post_activation(deployment.token(licence, uses=1), first.id).status_code == 200


def test_a_released_installation_takes_a_seat_anew(deployment: Deployment) -> None:
    licence = deployment.licence(seats=1)
    token = deployment.token(licence)
    first = deployment.installation(token)
    end_installation(deployment, "release", first)
    assert verdict(first.sync()) == "installation_released"

    again = deployment.post_activation(token, first.id)

    assert again.status_code == 201
    assert verdict(Installed(deployment, json_of(again)).sync()) == "active"
    assert refusal(deployment.post_activation(token)) == (409, "seat_limit_reached")


def test_it_moves_to_another_licence_of_the_same_organisation(deployment: Deployment) -> None:
    organisation, kit_id = deployment.organisation(), deployment.kit()
    old = deployment.licence(organisation, kit_id, seats=1)
    new = deployment.licence(organisation, kit_id, seats=1)
    kit = deployment.installation(deployment.token(old))

    moved = deployment.post_activation(deployment.token(new), kit.id)

    assert moved.status_code == 201
    assert claims_of(json_of(moved)["lease"])["licence"]["id"] == str(new.licence.id)
    # Its old seat is free, its new one taken.
    assert deployment.post_activation(deployment.token(old)).status_code == 201
    assert refusal(deployment.post_activation(deployment.token(new))) == (409, "seat_limit_reached")


def test_a_move_that_finds_no_seat_leaves_it_where_it_was(deployment: Deployment) -> None:
    organisation, kit_id = deployment.organisation(), deployment.kit()
    old, full = (deployment.licence(organisation, kit_id, seats=1) for _ in range(2))
    kit = deployment.installation(deployment.token(old))
    deployment.installation(deployment.token(full))

    assert refusal(deployment.post_activation(deployment.token(full), kit.id)) == (409, "seat_limit_reached")
    assert verdict(kit.sync()) == "active"
    assert refusal(deployment.post_activation(deployment.token(old))) == (409, "seat_limit_reached")


def test_it_never_moves_to_another_organisation(deployment: Deployment) -> None:
    kit_id = deployment.kit()
    kit = deployment.installation(deployment.token(deployment.licence(deployment.organisation("Ours"), kit_id)))
    theirs = deployment.token(deployment.licence(deployment.organisation("Theirs"), kit_id))

    assert refusal(deployment.post_activation(theirs, kit.id)) == (403, "installation_elsewhere")
    end_installation(deployment, "release", kit)
    assert refusal(deployment.post_activation(theirs, kit.id)) == (403, "installation_elsewhere")


def test_the_first_use_of_a_token_ends_older_ones_and_newer_unused_ones_live(deployment: Deployment) -> None:
    token = deployment.token()
    tries = [deployment.installation(token)]
    tries += [Installed(deployment, json_of(deployment.post_activation(token, tries[0].id))) for _ in range(30)]

    assert verdict(tries[0].sync()) == "active"
    assert verdict(tries[1].sync()) == "active"
    assert refusal(tries[0].sync()) == (401, "installation_token_unknown")
    assert verdict(tries[30].sync()) == "active"
    for older in tries[:30]:
        assert older.sync().status_code == 401
    assert verdict(tries[30].sync()) == "active"


def test_a_newer_token_that_was_never_used_ends_nothing(deployment: Deployment) -> None:
    token = deployment.token()
    first = deployment.installation(token)
    assert verdict(first.sync()) == "active"
    deployment.post_activation(token, first.id)
    for _ in range(2):
        assert verdict(first.sync(workshop(deployment.clock()))) == "active"


def test_a_kit_gives_its_seat_back_and_again_is_no_error(deployment: Deployment) -> None:
    licence = deployment.licence(seats=1)
    token = deployment.token(licence)
    kit = deployment.installation(token)
    path = f"/api/v1/installations/{kit.id}"

    for _ in range(2):
        answer = deployment.client.delete(path, headers=kit.headers)
        assert (answer.status_code, answer.data) == (204, b"")
    other = deployment.installation(token)
    assert deployment.client.delete(path, headers=other.headers).status_code == 404
    assert deployment.client.delete(f"/api/v1/installations/{uuid.uuid4()}", headers=kit.headers).status_code == 404
    assert deployment.client.delete(path).status_code == 401
    assert deployment.client.delete(path, headers={"Authorization": "Bearer nonsense"}).status_code == 401
    assert verdict(other.sync()) == "active"


def test_a_lapsed_installation_takes_a_seat_anew(deployment: Deployment) -> None:
    licence = deployment.licence(seats=1)
    token = deployment.token(licence)
    kit = deployment.installation(token)
    deployment.clock.advance(days=60)
    assert deployment.post_activation(token, kit.id).status_code == 201
    with deployment.runtime.database.reading() as session:
        row = session.get_one(Installation, UUID(kit.id))
    assert row.seat_until == deployment.clock() + timedelta(days=60)
