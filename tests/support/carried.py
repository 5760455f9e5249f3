"""What is carried by hand, made without either package's help, so that it can also be made wrong."""

import json
import uuid
import zlib
from base64 import urlsafe_b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from client_sdk import KitClient
from licence_server.services import keys
from tests.support.deployment import KIT_ID, Deployment, Installed
from tests.support.signer import sign_hs256

ADDRESS = "https://licences.example"


def deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def decode(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def message_key(installed: Installed) -> bytes:
    return decode(installed.answer["message_key"])


def message_claims(
    installed: Installed, *reports: Any, sent_at: datetime | None = None, **changes: Any
) -> dict[str, Any]:
    """The claims of a good message, some changed."""
    now = sent_at or installed.deployment.clock()
    return {
        "iss": ADDRESS,
        "aud": ADDRESS,
        "jti": str(uuid.uuid4()),
        "iat": int(now.timestamp()),
        "sub": installed.id,
        "sent_at": now.isoformat(),
        "reports": list(reports),
        **changes,
    }


def sign(installed: Installed, claims: dict[str, Any], *, key: bytes | None = None, **header: Any) -> str:
    """A message with these claims, signed by the installation's key unless another is given."""
    payload = deflate(json.dumps(claims).encode())
    full = {"typ": "kit-message+jwt", "kid": installed.answer["message_kid"], "zip": "DEF", **header}
    return sign_hs256(key or message_key(installed), full, payload)


def message(installed: Installed, *reports: Any, **changes: Any) -> str:
    """A good message."""
    return sign(installed, message_claims(installed, *reports, **changes))


def exchange(deployment: Deployment, document: Any) -> TestResponse:
    """Bring a request to the API."""
    return deployment.client.post("/api/v1/exchange", data=json.dumps(document), content_type="application/json")


def carry(installed: Installed, *reports: Any, **changes: Any) -> TestResponse:
    """Bring a good message with these reports."""
    return exchange(installed.deployment, {"message": message(installed, *reports, **changes)})


def claims_of(compact: str) -> dict[str, Any]:
    """The claims of a signed thing, unverified; expanded where they are packed."""
    header, payload, _ = compact.split(".")
    data = decode(payload)
    if json.loads(decode(header)).get("zip") == "DEF":
        data = zlib.decompress(data, wbits=-15)
    claims: dict[str, Any] = json.loads(data)
    return claims


def receipt_of(answer: TestResponse) -> dict[str, Any]:
    """The claims of the receipt in an answer, which must be there."""
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return claims_of(answer.json["receipt"])


class NoNetwork:
    """The transport of a PC that has none; using it fails the test."""

    def send(self, request: Any) -> Any:
        raise AssertionError(f"the network was used: {request.url}")


def offline_kit(deployment: Deployment, state_dir: Path, *, wrong_by: float = 0.0, **changes: Any) -> KitClient:
    """The SDK on a PC without a network. wrong_by: seconds its clock is off."""
    arguments: dict[str, Any] = {
        "server": ADDRESS,
        "kit_id": KIT_ID,
        "kit_version": "1.0",
        "root_key": keys.list_keys(deployment.runtime).root,
        "state_dir": state_dir,
        "transport": NoNetwork(),
        "clock": lambda: deployment.clock().timestamp() + wrong_by,
    }
    return KitClient(**arguments | changes)


def carried_back(deployment: Deployment, request: str | None) -> str:
    """What the page for files would give for a kit's request."""
    assert request is not None
    answer = exchange(deployment, json.loads(request))
    assert answer.status_code == 200, answer.text
    return answer.text


def scan(deployment: Deployment, address: str) -> str:
    """A phone opens a code's address; the symbols it shows."""
    page, _, text = address.partition("#")
    assert page == f"{ADDRESS}/r"
    answer = exchange(deployment, {"message": text})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return str(answer.json["confirmation"])
