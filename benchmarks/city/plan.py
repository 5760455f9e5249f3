"""What will happen in the city, drawn from a seed before it does: the truth, kept aside from the server.

* An organisation activates its installations over the first months; each then holds sessions at a rate of
  its own, and some people leave stars.
* 2 % of PCs have a wrong clock, half of which is put right before the reports leave; 1 % of sticks are copied;
  10 % of installations never report again after some day; three in a thousand lose a report for good; one
  licence in a hundred is revoked; the server is out for a day.
* How reports travel: see `travel`.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from benchmarks.city.travel import Leaving, leave
from client_sdk import ids

ITEMS = ("film-1", "film-2", "film-3", "film-4")
SECTORS = ("hospitality", "retail", "offices", "culture", None)
# Noon of the first day: no session of any day lies on the other side of midnight, in winter or summer time.
BEGIN = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
# How long a kit goes on at most after a revocation that it does not hear of.
LEASE_DAYS = 30


def noon(day: int) -> datetime:
    """The moment of everything that a day's kits send."""
    return BEGIN + timedelta(days=day)


def began(day: int) -> datetime:
    """When a day's sessions begin."""
    return noon(day) - timedelta(hours=1)


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


@dataclass(slots=True)
class Session:
    """One sitting. day: of the trial, counted from 0. lost: its report never left the PC."""

    day: int
    seq: int
    report_id: str
    mode: str
    attendees: int
    seconds: int
    items: tuple[tuple[str, int, bool], ...]
    learner: str | None = None
    lost: bool = False


@dataclass(slots=True)
class Feedback:
    """Stars that somebody gave."""

    day: int
    seq: int
    report_id: str
    rating: int
    item: str
    lost: bool = False


Report = Session | Feedback


@dataclass(slots=True)
class Installation:
    """syncs: day, positions of reports to send then, in the order of sending; twice: days of those sent again.

    clock_error: of the PC while sessions run; clock_mended: put right before anything is sent.
    refused: comes after its licence was revoked, and so is never activated.
    """

    organisation: int
    activated_on: int
    identifier: str
    clock_error: timedelta
    clock_mended: bool
    silent_from: int | None
    reports: list[Report] = field(default_factory=list)
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
    installations = [_installation(dice, scale, number, revocations) for number in range(scale.installations)]
    return City(scale, sectors, revocations, installations)


def _installation(dice: random.Random, scale: Scale, number: int, revocations: dict[int, int]) -> Installation:
    organisation = number % scale.organisations
    activated_on = int(dice.triangular(0, scale.days - 5, scale.days // 5))
    # Whoever would begin on the day of the outage begins on the next.
    activated_on += activated_on == scale.outage_day
    revoked_on = revocations.get(organisation, scale.days)
    error = _clock_error(dice)
    drawn = Installation(
        organisation=organisation,
        activated_on=activated_on,
        identifier=ids.uuid7(noon(activated_on).timestamp(), dice.randbytes),
        clock_error=error,
        clock_mended=abs(error) > timedelta(minutes=5) and dice.random() < 0.5,
        silent_from=dice.randrange(activated_on, scale.days) if dice.random() < 0.10 else None,
        copied=dice.random() < 0.01,
        refused=activated_on >= revoked_on,
    )
    if drawn.refused:
        return drawn
    count = max(min(int(dice.expovariate(1 / 2.5)), 12), 2 * drawn.copied)
    until = min(scale.days, revoked_on + LEASE_DAYS)
    days = sorted(dice.randrange(activated_on, until) for _ in range(count))
    learner = ids.learner(dice.randbytes)
    drawn.reports = [_report(dice, day, seq, drawn, learner) for seq, day in enumerate(days, start=1)]
    if drawn.copied:
        # The copy goes on from the same number: two ids under one seq.
        drawn.reports[-1].seq = drawn.reports[-2].seq
    elif len(drawn.reports) >= 2 and dice.random() < 0.008:
        drawn.reports[0].lost = True
    quiet_from = scale.days if drawn.silent_from is None else drawn.silent_from
    made = [None if report.lost else report.day for report in drawn.reports]
    drawn.syncs, drawn.twice = leave(dice, made, Leaving(quiet_from, scale.outage_day))
    return drawn


def _clock_error(dice: random.Random) -> timedelta:
    if dice.random() >= 0.02:
        return timedelta(seconds=dice.uniform(-60, 60))
    return timedelta(hours=dice.choice((-26280, -50, -1, 1, 3, 24, 8760)))


def _report(dice: random.Random, day: int, seq: int, installation: Installation, learner: str) -> Report:
    report_id = ids.uuid7((began(day) + installation.clock_error).timestamp(), dice.randbytes)
    if dice.random() < 0.1:
        return Feedback(day, seq, report_id, dice.randrange(1, 6), dice.choice(ITEMS))
    workshop = dice.random() < 0.7
    films = dice.sample(ITEMS, dice.randrange(1, len(ITEMS) + 1))
    items = tuple((film, dice.randrange(30, 500), dice.random() < 0.8) for film in films)
    return Session(
        day=day,
        seq=seq,
        report_id=report_id,
        mode="workshop" if workshop else "individual",
        attendees=dice.randrange(2, 40) if workshop else 1,
        seconds=sum(seconds for _, seconds, _ in items),
        items=items,
        learner=None if workshop or dice.random() < 0.2 else learner,
    )
