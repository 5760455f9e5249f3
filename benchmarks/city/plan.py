"""What will happen in the city, drawn from a seed before it does: the truth, kept aside from the server.

* An organisation activates its installations over the first months; each then holds sessions at a rate of
  its own.
* How reports travel: half of them a week late or more, 5 % sent twice, 1 % out of order; 2 % of PCs have a
  wrong clock, 1 % of sticks are copied, 10 % of installations never report again after some day, one
  installation in two hundred loses its outbox once; some licences are revoked; the server is out for a day.
"""

import random
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

ITEMS = ("film-1", "film-2", "film-3", "film-4")
SECTORS = ("hospitality", "retail", "offices", "culture", None)


@dataclass(frozen=True)
class Scale:
    """How large the city is, and for how long."""

    organisations: int = 16_000
    installations: int = 400_000
    days: int = 183
    seed: int = 2026

    @property
    def outage_day(self) -> int:
        return self.days * 2 // 3


@dataclass
class Session:
    """One sitting. day: of the trial, counted from 0. lost: its report never left the PC."""

    day: int
    seq: int
    report_id: str
    mode: str
    attendees: int
    seconds: int
    items: tuple[tuple[str, int, bool], ...]
    rating: int | None = None
    lost: bool = False


@dataclass
class Installation:
    """syncs: day, positions of sessions to send then, in the order of sending.

    refused: comes after its licence was revoked, and so is never activated.
    """

    organisation: int
    activated_on: int
    identifier: str
    clock_error: timedelta
    silent_from: int | None
    sessions: list[Session] = field(default_factory=list)
    syncs: list[tuple[int, list[int]]] = field(default_factory=list)
    twice: set[int] = field(default_factory=set)
    copied: bool = False
    refused: bool = False


@dataclass
class City:
    """revocations: organisation to the day its licence is revoked on."""

    scale: Scale
    sectors: list[str | None]
    revocations: dict[int, int]
    installations: list[Installation]


def draw(scale: Scale) -> City:
    """The city of a seed."""
    dice = random.Random(scale.seed)
    sectors = [dice.choice(SECTORS) for _ in range(scale.organisations)]
    revoked = dice.sample(range(scale.organisations), max(1, scale.organisations // 100))
    revocations = {organisation: dice.randrange(scale.days // 3, scale.days) for organisation in revoked}
    installations = [_installation(dice, scale, number) for number in range(scale.installations)]
    for late in installations:
        if late.activated_on >= revocations.get(late.organisation, scale.days):
            late.refused, late.sessions, late.syncs = True, [], []
    return City(scale, sectors, revocations, installations)


def _installation(dice: random.Random, scale: Scale, number: int) -> Installation:
    activated_on = int(dice.triangular(0, scale.days - 5, scale.days // 5))
    # Whoever would begin on the day of the outage begins on the next.
    activated_on += activated_on == scale.outage_day
    drawn = Installation(
        organisation=number % scale.organisations,
        activated_on=activated_on,
        identifier=str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        clock_error=_clock_error(dice),
        silent_from=dice.randrange(activated_on, scale.days) if dice.random() < 0.10 else None,
        copied=dice.random() < 0.01,
    )
    count = min(int(dice.expovariate(1 / 2.5)), 12)
    days = sorted(dice.randrange(activated_on, scale.days) for _ in range(count))
    drawn.sessions = [_session(dice, day, seq) for seq, day in enumerate(days, start=1)]
    if drawn.copied and len(drawn.sessions) >= 2:
        # The copy goes on from the same number: two ids under one seq.
        drawn.sessions[-1].seq = drawn.sessions[-2].seq
    else:
        drawn.copied = False
        if len(drawn.sessions) >= 2 and dice.random() < 0.005:
            drawn.sessions[0].lost = True
    _travel(dice, scale, drawn)
    return drawn


def _clock_error(dice: random.Random) -> timedelta:
    if dice.random() >= 0.02:
        return timedelta(seconds=dice.uniform(-60, 60))
    return timedelta(hours=dice.choice((-26280, -50, -1, 1, 3, 24, 8760)))


def _session(dice: random.Random, day: int, seq: int) -> Session:
    workshop = dice.random() < 0.7
    films = dice.sample(ITEMS, dice.randrange(1, len(ITEMS) + 1))
    items = tuple((film, dice.randrange(30, 500), dice.random() < 0.8) for film in films)
    return Session(
        day=day,
        seq=seq,
        report_id=str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        mode="workshop" if workshop else "individual",
        attendees=dice.randrange(2, 40) if workshop else 1,
        seconds=sum(seconds for _, seconds, _ in items),
        items=items,
    )


def _travel(dice: random.Random, scale: Scale, drawn: Installation) -> None:
    """Which report leaves when: at once or late, and whether a batch goes twice or in a wrong order."""
    leaving: dict[int, list[int]] = {}
    for position, session in enumerate(drawn.sessions):
        late = dice.randrange(7, 40) if dice.random() < 0.5 else dice.randrange(0, 7)
        day = session.day + late
        if day == scale.outage_day:
            day += 1
        if session.lost or day >= scale.days or (drawn.silent_from is not None and day >= drawn.silent_from):
            continue
        leaving.setdefault(day, []).append(position)
    drawn.syncs = sorted(leaving.items())
    for day, positions in drawn.syncs:
        if len(positions) > 1 and dice.random() < 0.01:
            positions.reverse()
        if dice.random() < 0.05:
            drawn.twice.add(day)
