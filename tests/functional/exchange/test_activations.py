"""An activation is carried to the API: the same rules, refusals and limits as a kit's own request."""

import uuid

from licence_server.models import AuditEntry
from licence_server.services.rate_limits import UNKNOWN_TOKENS
from tests.support import acts
from tests.support.carried import exchange
from tests.support.deployment import Deployment, activation_body


def test_a_carried_activation_is_an_activation(deployment: Deployment) -> None:
    token, installation_id = deployment.token(), str(uuid.uuid4())

    answer = exchange(deployment, {"activation": activation_body(token, installation_id)})

    assert answer.status_code == 200
    assert answer.json is not None
    activated = answer.json["activation"]
    again = deployment.post_activation(token, installation_id)
    assert again.status_code == 200, "it holds its seat already"
    assert again.json is not None
    assert activated.keys() == again.json.keys()
    assert activated["message_key"] == again.json["message_key"]
    with deployment.runtime.database.reading() as session:
        actions = [entry.action for entry in session.query(AuditEntry).order_by(AuditEntry.number)]
    assert actions.count("installation_activated") == 1


def test_its_refusals_are_those_of_an_activation(deployment: Deployment) -> None:
    licence = deployment.licence(seats=1)
    token = deployment.token(licence)
    deployment.installation(token)

    def bring(token: str, kit_id: str = "prevent-for-business") -> tuple[int, str]:
        return acts.refusal(exchange(deployment, {"activation": activation_body(token, str(uuid.uuid4()), kit_id)}))

    assert bring(token) == (409, "seat_limit_reached")
    assert bring(token, "another-kit") == (403, "kit_mismatch")
    assert bring("nonsense") == (403, "token_unknown")
    acts.change(deployment, "suspend", licence)
    assert bring(token) == (403, "licence_suspended")


def test_every_wrong_field_is_named(deployment: Deployment) -> None:
    answer = exchange(deployment, {"activation": {"installation_id": "x", "kit": {"id": 7}, "more": 1}})

    assert acts.refusal(answer) == (422, "body_invalid")
    assert acts.json_of(answer)["errors"].keys() == {
        "activation.activation_token",
        "activation.installation_id",
        "activation.kit.id",
        "activation.kit.version",
        "activation.client",
        "activation.more",
    }


def test_guessing_is_slowed_down_through_this_door_too(deployment: Deployment) -> None:
    for _ in range(UNKNOWN_TOKENS.amount):
        exchange(deployment, {"activation": activation_body("nonsense", str(uuid.uuid4()))})

    answer = exchange(deployment, {"activation": activation_body("nonsense", str(uuid.uuid4()))})

    assert acts.refusal(answer) == (429, "too_many_attempts")
    assert int(answer.headers["Retry-After"]) >= 1
