"""A server that lives in memory and answers through the SDK's Transport: fast, and wrong on request.

It keeps the contract's rules as far as a client can see them. `answer_with` puts anything in the place of
the next answers; `time` is its clock; `requests` is what it was sent.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from client_sdk.errors import NoAnswer
from client_sdk.transport import Request, Response
from tests.support.signer import SigningKey, b64

DAY = 86_400
START = 1_900_000_000.0
SERVER = "https://licences.example"
KIT = "prevent-for-business"
TOKEN = "0000-0000-0000-0000-0000-0000-0000"
OTHER_TOKEN = "1000-0000-0000-0000-0000-0000-000Y"


@dataclass
class Installation:
    id: str
    token: str
    organisation: str
    reports: dict[str, Any] = field(default_factory=dict)
    usage_reporting: str = "on"


def utc(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def problem(status: int, code: str, **headers: str) -> Response:
    document = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": f"It is {code}."}
    return Response(
        status,
        {"content-type": "application/problem+json"} | {k.replace("_", "-"): v for k, v in headers.items()},
        json.dumps(document).encode(),
    )


class Simulator:
    """See the module. `tokens` maps activation tokens to organisations; `items` are the kit's."""

    def __init__(self) -> None:
        self.time = START
        self.root = SigningKey.from_seed("root 1")
        self.root_key = self.root.jwk
        self.signing = SigningKey.from_seed("signing 1")
        self.keyset_version = 1
        self.keyset_years = 3.0
        self.roots: list[str] = []
        self.tokens = {TOKEN: "Acme", OTHER_TOKEN: "Bolt"}
        self.items = ["film-1", "film-2"]
        self.verdict = (True, "active")
        self.lease_days, self.grace_days = 30, 30
        self.installations: dict[str, Installation] = {}
        self.requests: list[Request] = []
        self.received: list[dict[str, Any]] = []
        self._instead: list[Response | Exception | Callable[[Response], Response]] = []

    def answer_with(self, *instead: Response | Exception | Callable[[Response], Response]) -> None:
        """Put these in the place of the next answers; a callable is given the true one, which took effect."""
        self._instead.extend(instead)

    def fail(self, times: int = 1) -> None:
        self.answer_with(*[NoAnswer("the network is down")] * times)

    def counted(self, organisation: str = "Acme") -> dict[str, Any]:
        """Reports accepted, by id."""
        return {
            key: report
            for one in self.installations.values()
            if one.organisation == organisation
            for key, report in one.reports.items()
        }

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        instead = self._instead.pop(0) if self._instead else None
        if isinstance(instead, Exception):
            raise instead
        if isinstance(instead, Response):
            return instead
        response = self._route(request)
        return response if instead is None else instead(response)

    def rotate_root(self, seed: str) -> None:
        """A new root, announced by the old one, and a keyset it signs."""
        new = SigningKey.from_seed(seed)
        claims = {
            "iss": SERVER,
            "jti": str(uuid4()),
            "iat": int(self.time),
            "aud": "kit-root",
            "root": new.jwk,
            "version": len(self.roots) + 2,
        }
        self.roots.append(self.root.sign("kit-root+jwt", claims))
        self.root = new
        self.keyset_version += 1

    def rotate_signing(self, seed: str) -> None:
        self.signing = SigningKey.from_seed(seed)
        self.keyset_version += 1

    def keyset(self) -> str:
        claims = {
            "iss": SERVER,
            "jti": str(uuid4()),
            "iat": int(self.time),
            "exp": int(self.time + self.keyset_years * 365 * DAY),
            "aud": "kit-keyset",
            "version": self.keyset_version,
            "keys": [self.signing.jwk],
        }
        return self.root.sign("kit-keyset+jwt", claims)

    def lease(self, installation: Installation) -> str:
        issued = int(self.time)
        claims = {
            "iss": SERVER,
            "aud": KIT,
            "sub": installation.id,
            "jti": str(uuid4()),
            "iat": issued,
            "nbf": issued - DAY,
            "exp": issued + self.lease_days * DAY,
            "grace_until": issued + (self.lease_days + self.grace_days) * DAY,
            "organisation": {"id": "org-1", "name": installation.organisation},
            "licence": {"id": "lic-1", "kind": "trial", "ends_at": issued + 183 * DAY},
            "items": self.items,
            "check_in_days": 30,
        }
        return self.signing.sign("kit-lease+jwt", claims)

    def _route(self, request: Request) -> Response:
        path = request.url.removeprefix(f"{SERVER}/api/v1")
        body = json.loads(request.body) if request.body else None
        if (request.method, path) == ("POST", "/activations"):
            return self._activate(body)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        known = next((one for one in self.installations.values() if one.token == bearer), None)
        if known is None:
            return problem(401, "installation_token_unknown")
        if (request.method, path) == ("POST", "/sync"):
            return self._sync(known, body)
        if (request.method, path) == ("DELETE", f"/installations/{known.id}"):
            self.verdict = (False, "installation_released")
            return Response(204)
        return problem(404, "not_found")

    def _activate(self, body: dict[str, Any]) -> Response:
        organisation = self.tokens.get(body["activation_token"])
        if organisation is None:
            return problem(403, "token_unknown")
        known = self.installations.get(body["installation_id"])
        if known is not None and known.organisation != organisation:
            return problem(403, "installation_elsewhere")
        status = 200 if known else 201
        known = known or Installation(body["installation_id"], "", organisation)
        known.token = secrets.token_urlsafe(24)
        self.installations[known.id] = known
        self.verdict = (True, "active")
        extra = {
            "installation_id": known.id,
            "installation_token": known.token,
            "message_key": b64(b"k" * 32),
            "message_kid": "message-1",
        }
        return self._word(status, known, extra)

    def _sync(self, known: Installation, body: dict[str, Any]) -> Response:
        self.received.append(body)
        known.usage_reporting = body.get("usage_reporting", known.usage_reporting)
        results = [self._judge(known, report) for report in body["reports"]]
        return self._word(200, known, {"results": results})

    def _judge(self, known: Installation, report: dict[str, Any]) -> dict[str, Any]:
        if report["id"] in known.reports:
            same = known.reports[report["id"]] == report
            return {"id": report["id"]} | (
                {"status": "duplicate"} if same else {"status": "rejected", "code": "id_reused", "detail": "Reused."}
            )
        used = {use["item"] for use in report.get("items", [])} | {report.get("item")} - {None}
        if not used - {None} <= set(self.items):
            return {"id": report["id"], "status": "rejected", "code": "item_unknown", "detail": "No such item."}
        known.reports[report["id"]] = report
        return {"id": report["id"], "status": "accepted"}

    def _word(self, status: int, known: Installation, extra: dict[str, Any]) -> Response:
        valid, code = self.verdict
        document = {
            "verdict": {"valid": valid, "code": code, "detail": f"It is {code}."},
            "lease": self.lease(known) if valid else None,
            "keyset": self.keyset(),
            "roots": self.roots,
            "server_time": utc(self.time),
        }
        return Response(status, {"content-type": "application/json"}, json.dumps(document | extra).encode())
