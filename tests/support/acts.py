"""What the team and the kits do to a deployment, as short sentences for tests."""

from typing import Any
from uuid import UUID

import jwt
from werkzeug.test import TestResponse

from licence_server.services import activation_tokens, installations, keys, kits, licence_acts, usage_checks
from licence_server.services.keys import KeyList
from licence_server.services.licences import LicenceView
from tests.support.deployment import ACTOR, ITEMS, KIT_ID, PASSPHRASE, Deployment, Installed


def change(deployment: Deployment, act: str, licence: LicenceView, **arguments: Any) -> LicenceView:
    """suspend, reinstate, revoke, extend or change_terms."""
    done: LicenceView = getattr(licence_acts, act)(
        deployment.runtime, licence.licence.id, now=deployment.clock(), actor=ACTOR, **arguments
    )
    return done


def revoke_token(deployment: Deployment, licence: LicenceView) -> None:
    """Revoke every token of a licence."""
    page = activation_tokens.list_page(deployment.runtime, limit=100, cursor=None, licence_id=licence.licence.id)
    for token in page.items:
        activation_tokens.revoke(deployment.runtime, token.id, now=deployment.clock(), actor=ACTOR)


def end_installation(deployment: Deployment, act: str, installed: Installed) -> None:
    """release or revoke, by the team."""
    getattr(installations, act)(deployment.runtime, UUID(installed.id), now=deployment.clock(), actor=ACTOR)


def add_items(deployment: Deployment, *item_ids: str, kit_id: str = KIT_ID) -> None:
    """The kit gets items."""
    titles = {**ITEMS, **{item_id: f"The {item_id}" for item_id in item_ids}}
    kits.update(deployment.runtime, kit_id, now=deployment.clock(), actor=ACTOR, items=titles)


def rotate(deployment: Deployment) -> KeyList:
    return keys.rotate(
        deployment.runtime, now=deployment.clock(), actor=ACTOR, root_key_file=None, passphrase=PASSPHRASE
    )


def readmit(deployment: Deployment) -> int:
    return usage_checks.readmit(deployment.runtime, now=deployment.clock(), actor=ACTOR)


def json_of(answer: TestResponse) -> Any:
    """The body; for answers that have one."""
    assert answer.json is not None, answer.text
    return answer.json


def refusal(answer: TestResponse) -> tuple[int, str]:
    """Status and code of a problem document."""
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, json_of(answer)["code"]


def verdict(answer: TestResponse) -> str:
    """The code of an answer's verdict; a lease must be there if and only if it is valid."""
    assert answer.status_code in (200, 201), answer.text
    body = json_of(answer)
    assert (body["lease"] is not None) == body["verdict"]["valid"]
    assert body["verdict"]["valid"] == (body["verdict"]["code"] == "active")
    return str(body["verdict"]["code"])


def statuses(answer: TestResponse) -> list[str]:
    """accepted, duplicate or the code of a rejection (`accepted:code` where an accepted one carries a code)."""
    found = []
    for result in json_of(answer)["results"]:
        code = result.get("code")
        if result["status"] == "rejected":
            found.append(code)
        else:
            found.append(result["status"] + (f":{code}" if code else ""))
    return found


def claims_of(lease: str) -> dict[str, Any]:
    """The claims of a lease, unverified."""
    claims: dict[str, Any] = jwt.decode(lease, options={"verify_signature": False})
    return claims
