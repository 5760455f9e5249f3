"""Lives a city's plan, day by day, over HTTP."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.city.plan import ITEMS, City, Installation, Session
from benchmarks.city.post import Post
from benchmarks.city.server import CityServer
from licence_server.domain.licence import Kind, LicenceTerms
from licence_server.services import activation_tokens, kits, licences, organisations
from licence_server.services.runtime import Runtime

KIT_ID = "prevent-for-business"
THREADS = 8
# Noon of the first day: no session of any day lies on the other side of midnight, in winter or summer time.
BEGIN = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


class Drive:
    """One run of one plan against one server."""

    def __init__(self, city: City, server: CityServer) -> None:
        self.city = city
        self.server = server
        self.runtime: Runtime = server.open(BEGIN)
        self.post = Post(server.url)
        self._tokens: list[str] = []
        self._licences: list[UUID] = []
        self._held: dict[int, str] = {}

    def now(self, day: int) -> datetime:
        return BEGIN + timedelta(days=day)

    def prepare(self) -> None:
        """The team's part: the kit, organisations, licences, tokens."""
        act: dict[str, Any] = {"now": BEGIN, "actor": "city"}
        kits.add(self.runtime, kit_id=KIT_ID, name="The kit", items={item: item for item in ITEMS}, **act)
        with self.runtime.database.writing():
            for number, sector in enumerate(self.city.sectors):
                organisation = organisations.add(self.runtime, name=f"Business {number}", sector=sector, **act)
                granted = licences.grant(
                    self.runtime,
                    organisation_id=organisation.id,
                    kit_id=KIT_ID,
                    terms=LicenceTerms(),
                    kind=Kind.TRIAL,
                    trial_days=self.city.scale.days,
                    **act,
                )
                self._licences.append(granted.licence.id)
                self._tokens.append(activation_tokens.issue(self.runtime, granted.licence.id, **act).secret)

    def live(self) -> None:
        """Every day of the plan; ends at noon of the last one, the server still up."""
        activations, syncs = defaultdict(list), defaultdict(list)
        for number, installation in enumerate(self.city.installations):
            activations[installation.activated_on].append(number)
            for day, positions in installation.syncs:
                syncs[day].append((number, positions))
        with ThreadPoolExecutor(THREADS) as pool:
            for day in range(self.city.scale.days):
                self.server.clock.set(self.now(day))
                self._revoke(day)
                if day == self.city.scale.outage_day:
                    self.server.stop()
                    continue
                if day == self.city.scale.outage_day + 1:
                    self.server.start()
                list(pool.map(lambda number, day=day: self._activate(number, day), activations[day]))
                list(pool.map(lambda one, day=day: self._sync(*one, day), syncs[day]))
        self.post.close()

    def _revoke(self, day: int) -> None:
        for organisation, revoked_on in self.city.revocations.items():
            if revoked_on == day:
                licences.revoke(
                    self.runtime, self._licences[organisation], now=self.now(day), actor="city", reason="simulated"
                )

    def _activate(self, number: int, day: int) -> None:
        installation = self.city.installations[number]
        body = {
            "activation_token": self._tokens[installation.organisation],
            "installation_id": installation.identifier,
            "kit": {"id": KIT_ID, "version": "1.0"},
            "client": {"name": "python", "version": "1.0.0"},
        }
        status, answer = self.post.send("/api/v1/activations", body)
        if installation.refused:
            assert (status, answer["code"]) == (403, "licence_revoked"), answer
            return
        assert status == 201, (status, answer)
        self._held[number] = answer["installation_token"]

    def _sync(self, number: int, positions: list[int], day: int) -> None:
        installation = self.city.installations[number]
        sent_at = self.now(day) + installation.clock_error
        reports = [_report(installation, installation.sessions[position]) for position in positions]
        body = {"sent_at": sent_at.isoformat(), "reports": reports}
        for expected in ["accepted", "duplicate"] if day in installation.twice else ["accepted"]:
            status, answer = self.post.send("/api/v1/sync", body, self._held[number])
            assert status == 200, (status, answer)
            assert {result["status"] for result in answer["results"]} == {expected}, answer


def _report(installation: Installation, session: Session) -> dict[str, Any]:
    """A session as its PC wrote it down: by the PC's clock."""
    started_at = BEGIN + timedelta(days=session.day) - timedelta(hours=1) + installation.clock_error
    return {
        "id": session.report_id,
        "seq": session.seq,
        "type": "session",
        "mode": session.mode,
        "started_at": started_at.isoformat(),
        "duration_seconds": session.seconds,
        "attendee_count": session.attendees,
        "items": [{"item": item, "seconds": seconds, "completed": done} for item, seconds, done in session.items],
    }
