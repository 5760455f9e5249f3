"""A trial of sixteen days, played in a few seconds.

The story moves a clock of its own through the last sixteen days, so that days, leases and an offline week are
real to everybody in it. Everything the kits do goes through the SDK and over HTTP, to a server of this
process that shares database and keys with the one `make run` serves; only the story can move its clock.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from client_sdk import KitClient, Request, Response
from client_sdk.transport import UrllibTransport
from examples.team import KIT, Team
from licence_server.app import create_app
from licence_server.config import Config
from licence_server.services import keys
from licence_server.services.runtime import Runtime

Say = Callable[[str], None]
# A port that nobody listens on: what a cable pulled out looks like.
NOWHERE = "http://127.0.0.1:9"


class StoryClock:
    """A clock that the story moves."""

    def __init__(self, start: datetime) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        return self.moment

    def set(self, days: int, hour: int, minute: int = 0) -> None:
        """Go to a time of day, some days on."""
        day = self.moment + timedelta(days=days)
        self.moment = day.replace(hour=hour, minute=minute, second=0, microsecond=0)


class StoryTransport:
    """The real transport towards the story's own server, or towards nowhere while there is no internet."""

    def __init__(self, public_url: str, story_url: str) -> None:
        self._real = UrllibTransport()
        self._public_url, self._story_url = public_url, story_url
        self.online = True

    def send(self, request: Request) -> Response:
        """See Transport."""
        target = self._story_url if self.online else NOWHERE
        return self._real.send(replace(request, url=request.url.replace(self._public_url, target)))


def play(config: Config, runtime: Runtime, say: Say) -> None:
    """Play the story into a deployment that has no kit yet."""
    clock = StoryClock(datetime.now(UTC) - timedelta(days=16))
    with _serving(config, clock) as story_url, tempfile.TemporaryDirectory() as directory:
        _Story(config, runtime, clock, story_url, Path(directory), say).play()


class _Story:
    def __init__(
        self, config: Config, runtime: Runtime, clock: StoryClock, story_url: str, directory: Path, say: Say
    ) -> None:
        self.config, self.clock, self.story_url, self.directory = config, clock, story_url, directory
        self.root_key = keys.list_keys(runtime).root
        self.team = Team(runtime, clock)
        self.plain_say = say
        self.kits: dict[str, tuple[KitClient, StoryTransport]] = {}

    def play(self) -> None:
        self.clock.set(days=0, hour=9)
        team = self.team
        team.add_kit()
        bank = team.add_organisation("Cutler Street Bank", "finance")
        cafe = team.add_organisation("Harbour Café", "hospitality")
        hotel = team.add_organisation("Old Mill Hotel", "hospitality")
        theatre = team.add_organisation("Lantern Theatre", "culture")
        bank_token = team.issue_token(team.grant_trial(bank))
        cafe_token = team.issue_token(team.grant_trial(cafe))
        hotel_licence = team.grant_trial(hotel, seats=2)
        hotel_token = team.issue_token(hotel_licence)
        team.issue_token(team.grant_trial(theatre))
        self.say("The team grants four organisations a trial of 183 days and sends each an activation token.")

        self.clock.set(days=1, hour=10)
        training_room = self.kit("bank-training-room")
        self.say(f"Cutler Street Bank activates its stick: {self.activated(training_room, bank_token)}.")
        self.workshop(training_room, "Its trainer shows three films to fourteen colleagues.", 14, films=3)
        self.sync(training_room)

        self.clock.set(days=1, hour=9)
        cafe_kit = self.kit("cafe")
        self.say(f"Harbour Café activates: {self.activated(cafe_kit, cafe_token)}. Then its internet fails for a week.")
        self.internet("cafe", works=False)
        for day, headcount in ((1, 6), (2, 5), (3, 7)):
            self.clock.set(days=day, hour=16)
            self.workshop(
                cafe_kit, f"Offline, the kit says {cafe_kit.check().code!r}; a workshop of {headcount}.", headcount, 2
            )
        self.clock.set(days=1, hour=11)
        self.sync(cafe_kit)
        self.internet("cafe", works=True)
        self.say("The café is online again.")
        self.sync(cafe_kit)

        self.clock.set(days=0, hour=14)
        for number in (1, 2, 3):
            reception = self.kit(f"hotel-{number}")
            self.say(f"Old Mill Hotel, PC {number}: {self.activated(reception, hotel_token)}.")
        hotel_kit = self.kit("hotel-1")
        self.workshop(hotel_kit, "A workshop at the hotel.", 9, films=1)
        self.sync(hotel_kit)

        self.clock.set(days=2, hour=12)
        for number in (1, 2):
            desk = self.kit(f"bank-desk-{number}")
            self.activated(desk, bank_token)
            with desk.session(mode="individual") as session:
                session.play("film-1", seconds=410, completed=True)
                session.play("film-4", seconds=205, completed=number == 1)
            desk.give_feedback(rating=5 - number, item="film-4", comment="Worth ten minutes.")
            self.clock.set(days=0, hour=12, minute=15 * number)
            desk.sync()
        self.say("Two people at the bank study alone, and leave stars.")

        self.clock.set(days=2, hour=9)
        self.workshop(hotel_kit, "The hotel shows a film to eleven people, and does not sync yet.", 11, films=1)
        team.revoke(hotel_licence.licence.id, "The hotel has closed.")
        self.say(f"The team revokes the hotel's licence. Its kit, not having heard, says {hotel_kit.check().code!r}.")
        self.sync(hotel_kit)
        self.say(f"Now it says {hotel_kit.check().code!r}; the eleven were there, so they count.")

        self.clock.set(days=1, hour=8)
        recount, chain = team.checks()
        self.say(f"Totals against raw reports: {_agree(recount)}. Audit chain: {_agree(chain)}.")

    def kit(self, name: str) -> KitClient:
        """The kit of one PC, its state in a directory of its own."""
        if name not in self.kits:
            transport = StoryTransport(self.config.public_url, self.story_url)
            kit = KitClient(
                server=self.config.public_url,
                kit_id=KIT["id"],
                kit_version=KIT["version"],
                root_key=self.root_key,
                state_dir=self.directory / name,
                transport=transport,
                clock=lambda: self.clock().timestamp(),
            )
            self.kits[name] = kit, transport
        return self.kits[name][0]

    def activated(self, kit: KitClient, token: str) -> str:
        return repr(kit.activate(token).code)

    def workshop(self, kit: KitClient, words: str, attendee_count: int, films: int) -> None:
        with kit.session(mode="workshop", attendee_count=attendee_count) as session:
            for number in range(1, films + 1):
                session.play(f"film-{number}", seconds=420, completed=True)
            self.clock.moment += timedelta(minutes=45)
        self.say(words)

    def sync(self, kit: KitClient) -> None:
        result = kit.sync()
        reached = "reached the server" if result.reachable else "got no answer"
        self.say(f"  sync {reached}: {result.sent} reports sent, {result.remaining} kept, {result.verdict.code!r}.")

    def internet(self, name: str, *, works: bool) -> None:
        self.kits[name][1].online = works

    def say(self, words: str) -> None:
        self.plain_say(f"{self.clock.moment:%a %d %b %H:%M}  {words}")


def _agree(faults: list[str]) -> str:
    return "agree" if not faults else "; ".join(faults)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """The story speaks for itself."""


@contextmanager
def _serving(config: Config, clock: StoryClock) -> Iterator[str]:
    app = create_app(config, clock)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
