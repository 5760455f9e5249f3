"""A model of the whole: whatever order things happen in, the report says what the model counts.

Hypothesis drives grants, activations, syncs, suspensions, releases and the clock; after every step the
report's figures, the verdicts and the seats must equal the model's, and in the end the totals the reports.
"""

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from licence_server.domain.errors import Conflict, Invalid
from licence_server.domain.licence import LicenceTerms
from licence_server.services import audit, licences
from tests.support.acts import change, end_installation, json_of, statuses, verdict
from tests.support.databases import DatabaseServer
from tests.support.deployment import Deployment, Installed, individual, workshop
from tests.support.model import CHECK_IN, GRACE, LEASE, Kit, Licence, Model, day_of, midnight_after


class Field(RuleBasedStateMachine):
    """Subclassed with a way to open a deployment."""

    granted, activated = Bundle("granted"), Bundle("activated")

    def open(self) -> Deployment:
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.deployment = self.open()
        self.kit_id = self.deployment.kit()
        self.organisations = [self.deployment.organisation(name) for name in ("A", "B")]
        self.model = Model()

    @property
    def now(self) -> datetime:
        return self.deployment.clock()

    @rule(target=granted, organisation=st.integers(0, 1), seats=st.integers(1, 3), days=st.integers(1, 30))
    def grant(self, organisation: int, seats: int, days: int) -> Licence:
        terms = LicenceTerms(seat_limit=seats, lease_days=LEASE, grace_days=GRACE, check_in_days=CHECK_IN)
        view = self.deployment.licence(self.organisations[organisation], self.kit_id, terms=terms, trial_days=days)
        licence = Licence(view, self.deployment.token(view), organisation, seats, days)
        self.model.licences.append(licence)
        return licence

    @rule(target=activated, licence=granted)
    def activate_a_new_one(self, licence: Licence) -> Any:
        return self._activate(licence, None)

    @rule(kit=activated, licence=granted)
    def activate_again(self, kit: Kit | None, licence: Licence) -> None:
        if kit is not None:
            self._activate(licence, kit)

    def _activate(self, licence: Licence, kit: Kit | None) -> Kit | None:
        refusal = self.model.activation_refusal(licence, kit, self.now)
        retry = kit is not None and kit.licence is licence and kit.holds_seat(self.now)
        answer = self.deployment.post_activation(licence.token, kit.installed.id if kit else None)
        if refusal is not None:
            assert json_of(answer)["code"] == refusal
            return None
        assert answer.status_code == (200 if retry else 201)
        installed = Installed(self.deployment, json_of(answer))
        if kit is None:
            kit = Kit(installed, licence)
            self.model.kits.append(kit)
        kit.installed, kit.licence, kit.released = installed, licence, False
        kit.renew(self.now)
        return kit

    @rule(
        kit=activated,
        workshops=st.integers(0, 2),
        learners=st.lists(st.integers(0, 5), max_size=2),
        days=st.integers(0, 3),
    )
    def use(self, kit: Kit | None, workshops: int, learners: list[int], days: int) -> None:
        """The kit is used, by the PC's clock some days ago; its reports wait in its outbox."""
        if kit is None:
            return
        moment, first = self.now - timedelta(days=days), kit.seq + 1
        kit.outbox += [workshop(moment, first + place) for place in range(workshops)]
        first += workshops
        kit.outbox += [individual(moment, first + n, f"learner-{one:010}") for n, one in enumerate(learners)]
        kit.seq += workshops + len(learners)

    @rule(kit=activated, lost=st.booleans())
    def sync(self, kit: Kit | None, lost: bool) -> None:
        """Send the outbox; where the answer is lost, it stays and is sent again."""
        if kit is None:
            return
        answer = kit.installed.sync(*kit.outbox)
        for report, status in zip(kit.outbox, statuses(answer), strict=True):
            known = report["id"] in self.model.counted
            assert status.partition(":")[0] == ("duplicate" if known else "accepted")
            self.model.duplicates += known
            if not known:
                started = self.now if ":" in status else datetime.fromisoformat(report["started_at"])
                self.model.counted[report["id"]] = {**report, "day": day_of(started)}
        if not lost:
            kit.outbox.clear()
        kit.synced = self.now.replace(minute=0, second=0, microsecond=0)
        assert verdict(answer) == self.model.verdict(kit, self.now)
        if verdict(answer) == "active":
            kit.renew(self.now)

    @rule(licence=granted, act=st.sampled_from(["suspend", "reinstate", "revoke"]))
    def change(self, licence: Licence, act: str) -> None:
        allowed = {"suspend": not licence.suspended, "reinstate": licence.suspended, "revoke": True}[act]
        if licence.revoked or not allowed:
            with pytest.raises(Conflict):
                change(self.deployment, act, licence.view)
            return
        change(self.deployment, act, licence.view)
        licence.revoked = act == "revoke"
        licence.suspended = {"suspend": True, "reinstate": False}.get(act, licence.suspended)

    @rule(licence=granted, days=st.integers(-2, 20))
    def extend(self, licence: Licence, days: int) -> None:
        until = day_of(self.now) + timedelta(days=days)
        ends_at = midnight_after(until)
        later = ends_at > self.now and (licence.ends_at is None or ends_at > licence.ends_at)
        if licence.revoked or not later:
            with pytest.raises((Conflict, Invalid)):
                change(self.deployment, "extend", licence.view, until=until)
            return
        change(self.deployment, "extend", licence.view, until=until)
        licence.ends_at = ends_at

    @rule(kit=activated, act=st.sampled_from(["release", "give back", "give back", "revoke"]))
    def end(self, kit: Kit | None, act: str) -> None:
        if kit is None:
            return
        if act == "give back":
            path = f"/api/v1/installations/{kit.installed.id}"
            assert self.deployment.client.delete(path, headers=kit.installed.headers).status_code == 204
            kit.released = kit.released or not kit.revoked
        elif kit.revoked or (act == "release" and kit.released):
            with pytest.raises(Conflict):
                end_installation(self.deployment, act, kit.installed)
        else:
            end_installation(self.deployment, act, kit.installed)
            kit.released, kit.revoked = kit.released or act == "release", act == "revoke"

    @rule(hours=st.sampled_from([2, 7, 24, 24, 50, 24 * 5, 24 * 8]))
    def time_passes(self, hours: int) -> None:
        self.deployment.clock.advance(hours=hours)

    @invariant()
    def the_report_says_what_the_model_counts(self) -> None:
        report = self.deployment.report()
        installations = report["installations"]
        assert self.model.figures(self.now) == {
            "workshop": report["sessions"]["workshop"],
            "individual": report["sessions"]["individual"],
            "attendances": report["attendances"],
            "distinct_learners": report["distinct_learners"],
            "accepted": report["reports"]["accepted"],
            "duplicates": report["reports"]["duplicates"],
            "installations": [installations[name] for name in ("activated", "reporting", "silent")],
            "activated": report["organisations"]["activated"],
        }
        assert installations["copied"] == installations["declined"] == 0

    @invariant()
    def seats_and_statuses_are_the_models(self) -> None:
        for licence in self.model.licences:
            view = licences.get(self.deployment.runtime, licence.view.licence.id, now=self.now)
            assert view.seats_held == self.model.seats_held(licence, self.now) <= licence.seats
            assert view.status == (licence.refusal(self.now) or "licence_active").removeprefix("licence_")

    def teardown(self) -> None:
        counted = list(self.model.counted.values())
        for day in {one["day"] for one in counted} | {day_of(self.now)}:
            report = self.deployment.report(first=day, last=day)
            assert report["attendances"] == sum(one["attendee_count"] for one in counted if one["day"] == day)
        self.deployment.assert_totals_agree()
        assert audit.verify(self.deployment.runtime).faults == []
        self.deployment.close()


# What it runs the other tests run too, and tracing it takes half as long again.
@pytest.mark.no_cover
@pytest.mark.long
def test_the_model_and_the_server_agree_at_every_step(database_server: DatabaseServer, tmp_path: Path) -> None:
    class Machine(Field):
        def open(self) -> Deployment:
            return Deployment(tmp_path / uuid.uuid4().hex, database_server.migrated())

        def teardown(self) -> None:
            super().teardown()
            database_server.give(self.deployment.database_url)

    chosen = settings(
        derandomize=True,
        deadline=None,
        max_examples=40 if database_server.name == "sqlite" else 12,
        stateful_step_count=30,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=chosen)
