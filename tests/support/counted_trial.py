"""The counts of a made-up trial: organisations that come late, go quiet, hold a few workshops, object."""

import random
from dataclasses import dataclass

from licence_server.domain.published_months import FIELD, MonthCounts, Use

FILMS = [f"film-{number}" for number in range(8)]


@dataclass(frozen=True)
class Business:
    """begins, ends: months. rate: how likely it is to hold each of the four workshops a month that it could."""

    sector: str
    granted: int
    begins: int
    ends: int
    rate: float
    declined: bool


def counted_trial(seed: int, businesses: int, months: int, sectors: int) -> list[MonthCounts]:
    """Always the same for the same arguments. Most sectors are small."""
    draw = random.Random(seed)
    names = [f"sector-{number:02}" for number in range(sectors)]
    likely = [1 / (number + 1) for number in range(sectors)]
    field = [_business(draw, draw.choices(names, likely)[0], months) for _ in range(businesses)]
    ever: set[int] = set()
    return [_month(draw, month, field, names, ever) for month in range(months)]


def _business(draw: random.Random, sector: str, months: int) -> Business:
    granted = draw.randint(0, 1)
    begins = granted + draw.choice((0, 0, 1, 2)) if draw.random() < 0.6 else months
    ends = draw.randint(1, months) if draw.random() < 0.25 else months
    return Business(sector, granted, begins, ends, draw.choice((0, 0.3, 0.6, 1)), draw.random() < 0.03)


def _month(draw: random.Random, month: int, field: list[Business], names: list[str], ever: set[int]) -> MonthCounts:
    use = {name: [0, 0, 0] for name in names}
    plays = dict.fromkeys(FILMS, 0)
    for number, business in enumerate(field):
        held = sum(draw.random() < business.rate / 2 for _ in range(4))
        if not business.begins <= month < business.ends or not held:
            continue
        ever.add(number)
        people = sum(draw.randint(2, 16) for _ in range(held))
        for place, amount in enumerate((people, held, 1)):
            use[business.sector][place] += amount
        for _ in range(held):
            for film in draw.sample(FILMS, draw.randint(1, 4)):
                plays[film] += 1
    to_date = {name: sum(field[number].sector == name for number in ever) for name in names}
    sessions = sum(held for _, held, _ in use.values())
    return MonthCounts(
        {name: Use(*use[name], to_date[name]) for name in names},
        plays,
        sum(draw.random() < 0.2 for _ in range(sessions)),
        _field(month, field),
    )


def _field(month: int, field: list[Business]) -> dict[str, int]:
    activated = [business for business in field if business.begins <= month]
    declined = sum(business.declined for business in activated)
    silent = sum(business.ends <= month and not business.declined for business in activated)
    granted = sum(business.granted <= month for business in field)
    counts = (granted, len(activated), len(activated) - declined - silent, silent, declined)
    return dict(zip(FIELD, counts, strict=True))
