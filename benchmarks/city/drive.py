"""Lives a city's plan, day by day, over HTTP."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from benchmarks.city.memory import Memory
from benchmarks.city.plan import BEGIN, ITEMS, City, Feedback, Installation, Report, began, noon
from benchmarks.city.post import Post
from benchmarks.city.server import CityServer
from licence_server.domain.licence import Kind, LicenceTerms
from licence_server.services import activation_tokens, kits, licence_acts, licences, organisations
from licence_server.services.runtime import Runtime

KIT_ID = "prevent-for-business"
THREADS = 16
# A transaction of the team's; one alone would hold the rows of all of them in memory.
_AT_ONCE = 200


class Drive:
    """One run of one plan against one server."""

    def __init__(self, city: City, server: CityServer) -> None:
        self.city = city
        self.server = server
        self.runtime: Runtime = server.open(BEGIN)
        self.post = Post(server.url)
        self.memory = Memory(server)
        self.unanswered = 0
        self._tokens: list[str] = []
        self._licences: list[UUID] = []
        self._held: dict[int, str] = {}

    def prepare(self) -> None:
        """The team's part: the kit, organisations, licences, tokens."""
        kits.add(
            self.runtime, kit_id=KIT_ID, name="The kit", items={item: item for item in ITEMS}, now=BEGIN, actor="city"
        )
        for start in range(0, len(self.city.sectors), _AT_ONCE):
            with self.runtime.database.writing():
                for number, sector in enumerate(self.city.sectors[start : start + _AT_ONCE], start):
                    self._grant(number, sector)

    def _grant(self, number: int, sector: str | None) -> None:
        act: dict[str, Any] = {"now": BEGIN, "actor": "city"}
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
                self.server.clock.set(noon(day))
                self._revoke(day)
                if day == self.city.scale.outage_day:
                    self.memory.ends()
                    self.server.stop()
                    # Those that wait for tomorrow try today, too.
                    self.unanswered = sum(pool.map(self._is_unanswered, [number for number, _ in syncs[day + 1]]))
                    continue
                if day == self.city.scale.outage_day + 1:
                    self.server.start()
                list(pool.map(lambda number, day=day: self._activate(number, day), activations[day]))
                list(pool.map(lambda one, day=day: self._sync(*one, day), syncs[day]))
                self.memory.look()
        self.memory.ends()
        self.post.close()

    def _revoke(self, day: int) -> None:
        for organisation, revoked_on in self.city.revocations.items():
            if revoked_on == day:
                licence_acts.revoke(
                    self.runtime, self._licences[organisation], now=noon(day), actor="city", reason="simulated"
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
        sent_at = noon(day) if installation.clock_mended else noon(day) + installation.clock_error
        reports = [_message(installation, installation.reports[position]) for position in positions]
        body = {"sent_at": sent_at.isoformat(), "reports": reports}
        revoked = day >= self.city.revocations.get(installation.organisation, self.city.scale.days)
        verdict = "licence_revoked" if revoked else "active"
        for expected in ["accepted", "duplicate"] if day in installation.twice else ["accepted"]:
            status, answer = self.post.send("/api/v1/sync", body, self._held[number])
            assert (status, answer["verdict"]["code"]) == (200, verdict), (status, answer)
            assert {result["status"] for result in answer["results"]} == {expected}, answer

    def _is_unanswered(self, number: int) -> bool:
        try:
            self.post.send("/api/v1/sync", {"sent_at": BEGIN.isoformat(), "reports": []}, self._held.get(number))
        except OSError:
            return True
        return False


def _message(installation: Installation, report: Report) -> dict[str, Any]:
    """A report as its PC wrote it down: by the PC's clock."""
    at = (began(report.day) + installation.clock_error).isoformat()
    common = {"id": report.report_id, "seq": report.seq}
    if isinstance(report, Feedback):
        return {**common, "type": "feedback", "given_at": at, "rating": report.rating, "item": report.item}
    learner = {"learner": report.learner} if report.learner is not None else {}
    return {
        **common,
        "type": "session",
        "mode": report.mode,
        "started_at": at,
        "duration_seconds": report.seconds,
        "attendee_count": report.attendees,
        "items": [{"item": item, "seconds": seconds, "completed": done} for item, seconds, done in report.items],
        **learner,
    }
