"""A deployment in this process, with a clock of its own and the acts that tests begin with."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from licence_server.config import load
from licence_server.domain.licence import Kind, LicenceTerms
from licence_server.domain.period import Period
from licence_server.domain.scopes import Scope
from licence_server.models import Organisation
from licence_server.services import (
    activation_tokens,
    api_keys,
    initialisation,
    kits,
    licences,
    organisations,
    reports,
    usage_checks,
)
from licence_server.services.licences import LicenceView
from licence_server.services.runtime import open_runtime
from tests.support.application import application
from tests.support.clock import Clock

PASSPHRASE = "correct horse battery staple"
KIT_ID = "prevent-for-business"
ITEMS = {"film-1": "The first film", "film-2": "The second film", "handbook": "The handbook"}
ACTOR = "test"


@dataclass
class Deployment:
    """Everything in one process; `client` speaks HTTP to the application."""

    directory: Path
    database_url: str
    clock: Clock = field(default_factory=Clock)
    initialised: bool = False

    def __post_init__(self) -> None:
        self.environ = {
            "LICENCE_SERVER_DATABASE_URL": self.database_url,
            "LICENCE_SERVER_DATA_DIR": str(self.directory / "data"),
            "LICENCE_SERVER_PUBLIC_URL": "https://licences.example",
        }
        self.runtime = open_runtime(load(self.environ, self.directory))
        self.app = application(self.runtime, self.clock)
        self.client: FlaskClient = self.app.test_client()
        if not self.initialised:
            begun = self.clock()
            initialisation.initialise(self.runtime, now=begun, actor=ACTOR, admin_email=None, passphrase=PASSPHRASE)

    def close(self) -> None:
        self.runtime.database.close()

    def organisation(self, name: str = "Baker & Sons", **details: str) -> Organisation:
        return organisations.add(self.runtime, now=self.clock(), actor=ACTOR, name=name, **details)

    def kit(self, kit_id: str = KIT_ID, items: dict[str, str] | None = None) -> str:
        chosen = ITEMS if items is None else items
        return kits.add(self.runtime, now=self.clock(), actor=ACTOR, kit_id=kit_id, name="Kit", items=chosen).id

    def licence(
        self,
        organisation: Organisation | None = None,
        kit_id: str | None = None,
        seats: int | None = None,
        **period: Any,
    ) -> LicenceView:
        """A trial for an organisation and a kit, both made up where not given."""
        return licences.grant(
            self.runtime,
            now=self.clock(),
            actor=ACTOR,
            organisation_id=(organisation or self.organisation()).id,
            kit_id=kit_id or self.kit(),
            terms=period.pop("terms", LicenceTerms(seat_limit=seats)),
            kind=period.pop("kind", Kind.TRIAL),
            **period,
        )

    def token(self, licence: LicenceView | None = None, **limits: Any) -> str:
        """The secret of a new activation token."""
        licence_id = (licence or self.licence()).licence.id
        return activation_tokens.issue(self.runtime, licence_id, now=self.clock(), actor=ACTOR, **limits).secret

    def api_key(self, *scopes: Scope) -> dict[str, str]:
        """Headers of a program of the team."""
        chosen = list(scopes) or [Scope.ADMIN]
        created = api_keys.create(self.runtime, now=self.clock(), actor=ACTOR, name="test", scopes=chosen)
        return {"Authorization": f"Bearer {created.secret}"}

    def post_activation(self, token: str, installation_id: str | None = None, kit_id: str = KIT_ID) -> TestResponse:
        body = activation_body(token, installation_id or str(uuid.uuid4()), kit_id)
        return self.client.post("/api/v1/activations", json=body)

    def installation(self, token: str | None = None, kit_id: str = KIT_ID) -> "Installed":
        """An activated installation."""
        answer = self.post_activation(token or self.token(), kit_id=kit_id)
        assert answer.status_code == 201, answer.text
        assert answer.json is not None
        return Installed(self, answer.json)

    def report(self, **arguments: Any) -> dict[str, Any]:
        period = Period(arguments.pop("first", None), arguments.pop("last", None))
        return reports.report(self.runtime, period, now=self.clock(), **arguments)

    def assert_totals_agree(self) -> None:
        assert usage_checks.verify(self.runtime).differences == []


@dataclass
class Installed:
    """One installation as the wire sees it."""

    deployment: Deployment
    answer: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.answer["installation_id"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.answer['installation_token']}"}

    def sync(self, *reports: Any, sent_at: datetime | None = None, **members: Any) -> TestResponse:
        moment = (sent_at or self.deployment.clock()).isoformat()
        body = json.dumps({"sent_at": moment, "reports": list(reports), **members})
        return self.deployment.client.post(
            "/api/v1/sync", data=body, content_type="application/json", headers=self.headers
        )


def activation_body(token: str, installation_id: str, kit_id: str = KIT_ID) -> dict[str, Any]:
    return {
        "activation_token": token,
        "installation_id": installation_id,
        "kit": {"id": kit_id, "version": "1.0"},
        "client": {"name": "test", "version": "1.0.0"},
    }


def workshop(started_at: datetime, seq: int = 1, **members: Any) -> dict[str, Any]:
    """A workshop of fourteen through one film."""
    return {
        "id": str(uuid.uuid4()),
        "seq": seq,
        "type": "session",
        "mode": "workshop",
        "started_at": started_at.isoformat(),
        "duration_seconds": 2700,
        "attendee_count": 14,
        "items": [{"item": "film-1", "seconds": 412, "completed": True}],
        **members,
    }


def individual(
    started_at: datetime, seq: int = 1, learner: str = "learner-000000001", **members: Any
) -> dict[str, Any]:
    """One learner alone."""
    return workshop(started_at, seq, mode="individual", attendee_count=1, learner=learner, **members)


def feedback(given_at: datetime, seq: int = 1, **members: Any) -> dict[str, Any]:
    """Four stars for the kit."""
    return {
        "id": str(uuid.uuid4()),
        "seq": seq,
        "type": "feedback",
        "given_at": given_at.isoformat(),
        "rating": 4,
        "item": None,
        "comment": "Clear and to the point.",
        **members,
    }
