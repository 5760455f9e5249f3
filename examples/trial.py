"""A trial of seven weeks, played in a few seconds.

The story moves a clock of its own through the last weeks, so that days, leases and an offline week are real to
everybody in it. At least one month of it is over, so that the committee's page has something to show. Everything
the kits do goes through the SDK and over HTTP, to a server of this process that shares database and keys with the
one `make run` serves; only the story can move its clock.
"""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from client_sdk import KitClient
from examples.stage import StoryClock, StoryTransport, serving
from examples.team import KIT, Team
from licence_server.app import create_app
from licence_server.config import Config
from licence_server.services import keys
from licence_server.services.runtime import Runtime

Say = Callable[[str], None]
_DAYS = 52
# Businesses whose story is not told one by one; the last three are never heard of again.
_OTHERS = (
    ("Quay Street Books", "retail"),
    ("Brewer & Daughters", "hospitality"),
    ("Northgate Museum", "culture"),
    ("The Glass Arcade", "retail"),
    ("Riverside Dental", "health"),
    ("St Anne’s Library", "culture"),
    ("Fenchurch Couriers", "transport"),
    ("Two Bridges Gym", "leisure"),
)


def play(config: Config, runtime: Runtime, say: Say) -> None:
    """Play the story into a deployment that has no kit yet."""
    clock = StoryClock(datetime.now(UTC) - timedelta(days=_DAYS))
    with serving(create_app(config, clock)) as story_url, tempfile.TemporaryDirectory() as directory:
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

        others = [self.other(name, sector) for name, sector in _OTHERS]
        self.say("Eight more businesses activate, and each holds a workshop.")
        self.weeks(training_room, cafe_kit, *others[:-3])

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

    def other(self, name: str, sector: str) -> KitClient:
        """The kit of one more business, after its first workshop."""
        token = self.team.issue_token(self.team.grant_trial(self.team.add_organisation(name, sector)))
        kit = self.kit(name)
        kit.activate(token)
        self.workshop(kit, None, len(name) // 2, films=3)
        kit.sync()
        return kit

    def weeks(self, *kits: KitClient) -> None:
        """Five ordinary weeks, told in a line each. Every kit is used in every second of them."""
        for week in range(5):
            self.clock.set(days=7, hour=10)
            used = kits[week % 2 :: 2]
            for place, kit in enumerate(used):
                self.workshop(kit, None, 5 + (3 * place + 4 * week) % 9, films=2 + place)
                kit.sync()
            self.say(f"Another week: {len(used)} workshops.")

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

    def workshop(self, kit: KitClient, words: str | None, attendee_count: int, films: int) -> None:
        with kit.session(mode="workshop", attendee_count=attendee_count) as session:
            for number in range(1, films + 1):
                session.play(f"film-{number}", seconds=420, completed=True)
            self.clock.moment += timedelta(minutes=45)
        if words is not None:
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
