"""Two deployments with one history, of which one forgets: nobody could tell them apart by their figures.

The history is random: several kits and businesses, workshops and learners, late, wrong and repeated reports,
messages carried by hand, copies, objections, releases, revocations, licences that end and are extended.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from licence_server.domain.errors import Conflict, Invalid
from licence_server.services import audit
from tests.support.acts import change, json_of, statuses
from tests.support.carried import carry, receipt_of
from tests.support.databases import DatabaseServer
from tests.support.deployment import Deployment, Installed, feedback, individual, workshop
from tests.support.retained import figures, keep_for, retain

KITS = {"kit-a": {"film-1": "One", "film-2": "Two"}, "kit-b": {"film-1": "One"}}
STEPS = 70


class Side:
    """One of the twins: its licences, and the installations as it last answered them."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        kits = [deployment.kit(kit_id, items) for kit_id, items in KITS.items()]
        self.licences = [
            deployment.licence(deployment.organisation(name), kit_id, trial_days=days)
            for name, days in (("A", 40), ("B", 70), ("C", 400))
            for kit_id in kits
        ]
        self.tokens = [deployment.token(licence) for licence in self.licences]
        self.installed: dict[str, Installed] = {}

    def activate(self, installation_id: str, place: int) -> int:
        kit_id = self.licences[place].licence.kit_id
        answer = self.deployment.post_activation(self.tokens[place], installation_id, kit_id)
        if answer.status_code in (200, 201):
            self.installed[installation_id] = Installed(self.deployment, json_of(answer))
        return answer.status_code

    def report(self) -> list[Any]:
        # The last is by organisation, whose ids differ between the twins.
        return figures(self.deployment)[:-1]


class History:
    """What happens, chosen by a seed, and done to both. The one that forgets goes first: what it refuses,
    since it does not know the installation any more, is not asked of the other."""

    def __init__(self, forgetting: Side, keeping: Side, seed: int) -> None:
        self.sides = (forgetting, keeping)
        self.clock = forgetting.deployment.clock
        self.random = random.Random(seed)
        self.ids: list[str] = []
        self.numbers: dict[str, int] = {}
        self.accepted: list[dict[str, Any]] = []

    def step(self) -> None:
        acts = {
            self.activate: 3,
            self.sync: 10,
            self.repeat: 3,
            self.end: 1,
            self.change: 1,
            self.wait: 4,
            self.forget: 2,
        }
        self.random.choices(list(acts), list(acts.values()))[0]()

    def activate(self) -> None:
        again = self.ids and self.random.random() < 0.5
        one = self.random.choice(self.ids) if again else str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        place = self.random.randrange(len(self.sides[0].licences))
        if self.sides[0].activate(one, place) in (200, 201):
            assert self.sides[1].activate(one, place) in (200, 201)
            self.ids += [] if again else [one]

    def sync(self) -> None:
        self.send([self.made() for _ in range(self.random.randint(0, 4))])

    def repeat(self) -> None:
        """Something accepted, however long ago, comes again, perhaps from elsewhere."""
        self.send(self.random.sample(self.accepted, min(3, len(self.accepted))))

    def made(self) -> Any:
        moment = self.clock() - timedelta(days=self.random.choice([0, 0, 1, 9, 300]))
        learner = f"learner-{self.random.randrange(6):09}"
        report = self.random.choice(
            [
                lambda: workshop(moment, attendee_count=self.random.randint(1, 30)),
                lambda: individual(moment, learner=learner),
                lambda: feedback(moment, rating=self.random.randint(1, 5), item=self.random.choice([None, "film-1"])),
                lambda: workshop(moment, attendee_count=0),
                lambda: feedback(moment, item="film-2"),
            ]
        )()
        return {**report, "id": str(uuid.UUID(int=self.random.getrandbits(128), version=4)), "seq": 0}

    def send(self, reports: list[Any]) -> None:
        if not self.ids:
            return
        one = self.random.choice(self.ids)
        for report in reports:
            if not report["seq"]:
                # Some numbers are lost, some come twice.
                self.numbers[one] = max(1, self.numbers.get(one, 0) + self.random.choice([0, 1, 1, 1, 1, 2]))
                report["seq"] = self.numbers[one]
        by_hand, off = self.random.random() < 0.3, self.random.choice([{}, {}, {"usage_reporting": "off"}])
        jti = str(uuid.UUID(int=self.random.getrandbits(128)))
        told: list[list[str]] = []
        for side in self.sides:
            kit = side.installed[one]
            answer = carry(kit, *reports, jti=jti) if by_hand else kit.sync(*reports, **off)
            if answer.status_code in (401, 404):
                assert side is self.sides[0]
                return
            told.append([result["status"] for result in receipt_of(answer)["results"]] if by_hand else statuses(answer))
        assert told[0] == told[1]
        self.accepted += [report for report, status in zip(reports, told[0], strict=True) if "accepted" in status]

    def end(self) -> None:
        if not self.ids:
            return
        one = self.random.choice(self.ids)
        for side in self.sides:
            kit = side.installed[one]
            answer = side.deployment.client.delete(f"/api/v1/installations/{one}", headers=kit.headers)
            if answer.status_code == 401:
                return

    def change(self) -> None:
        place, act = self.random.randrange(len(self.sides[0].licences)), self.random.choice(["revoke", "extend"])
        until = {"until": (self.clock() + timedelta(days=50)).date()} if act == "extend" else {}
        for side in self.sides:
            try:
                change(side.deployment, act, side.licences[place], **until)
            except (Conflict, Invalid):
                return

    def wait(self) -> None:
        days = self.random.choice([1, 5, 20, 45])
        self.clock.advance(days=days, hours=self.random.randrange(24))

    def forget(self) -> None:
        forgetting = self.sides[0]
        before = figures(forgetting.deployment)
        retain(forgetting.deployment)
        assert figures(forgetting.deployment) == before


@pytest.fixture
def twins(database_server: DatabaseServer, tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    forgetting = Deployment(tmp_path / "forgetting", database_server.migrated())
    keeping = Deployment(tmp_path / "keeping", database_server.migrated(), forgetting.clock)
    keep_for(forgetting, 30)
    yield Side(forgetting), Side(keeping)
    forgetting.close()
    keeping.close()


# What it runs the others run too, and tracing it takes half as long again.
@pytest.mark.no_cover
@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 4, 5])
def test_figures_do_not_tell_who_forgets(twins: tuple[Side, Side], seed: int) -> None:
    history = History(*twins, seed)
    for _ in range(STEPS):
        history.step()
        assert twins[0].deployment.report() == twins[1].deployment.report()
    history.clock.advance(days=31)
    history.forget()
    assert twins[0].report() == twins[1].report()
    for side in twins:
        side.deployment.assert_totals_agree()
        assert audit.verify(side.deployment.runtime).faults == []
