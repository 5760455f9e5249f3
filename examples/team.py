"""The team's side of the demonstration: it grants, issues, suspends and revokes, at a moment of the story."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from licence_server.domain.licence import LicenceTerms
from licence_server.domain.period import Period
from licence_server.models import Organisation
from licence_server.services import (
    activation_tokens,
    audit,
    kits,
    licence_acts,
    licences,
    organisations,
    reports,
    usage_checks,
)
from licence_server.services.licences import LicenceView
from licence_server.services.runtime import Runtime

KIT: dict[str, Any] = tomllib.loads(Path(__file__).with_name("kit.toml").read_text())


@dataclass
class Team:
    """Whoever grants licences in the story."""

    runtime: Runtime
    clock: Callable[[], datetime]

    @property
    def _act(self) -> dict[str, Any]:
        return {"now": self.clock(), "actor": "demonstration"}

    def add_kit(self) -> None:
        items = {item["id"]: item["title"] for item in KIT["items"]}
        kits.add(self.runtime, **self._act, kit_id=KIT["id"], name=KIT["name"], items=items)

    def add_organisation(self, name: str, sector: str) -> Organisation:
        """With somebody to write to: chase lists name them."""
        contact = f"office@{re.sub('[^a-z]+', '-', name.lower().replace('é', 'e'))}.example"
        return organisations.add(self.runtime, **self._act, name=name, sector=sector, contact_email=contact)

    def grant_trial(self, organisation: Organisation, seats: int | None = None) -> LicenceView:
        terms = LicenceTerms(seat_limit=seats)
        return licences.grant(self.runtime, **self._act, organisation_id=organisation.id, kit_id=KIT["id"], terms=terms)

    def issue_token(self, licence: LicenceView) -> str:
        return activation_tokens.issue(self.runtime, licence.licence.id, **self._act).secret

    def revoke(self, licence_id: UUID, reason: str) -> LicenceView:
        return licence_acts.revoke(self.runtime, licence_id, **self._act, reason=reason)

    def report(self) -> dict[str, Any]:
        return reports.report(self.runtime, Period(), now=self.clock(), kit_id=KIT["id"])

    def checks(self) -> tuple[list[str], list[str]]:
        """What recounting and walking the chain find wrong: nothing, one hopes."""
        return usage_checks.verify(self.runtime).differences, audit.verify(self.runtime).faults
