"""A trial of three months, small enough to count by hand."""

from datetime import UTC, date, datetime

from tests.support.deployment import KIT_ID, Deployment, Installed, feedback, workshop

# Of each organisation: its sector and the headcounts of its workshops in March, April and May 2026.
ORGANISATIONS: dict[str, tuple[str | None, tuple[tuple[int, ...], ...]]] = {
    "Alder Hotels": ("Hospitality", ((14, 12), (20,), ())),
    "Birch Cafés": ("Hospitality", ((8,), (), (9, 9))),
    "Cedar Stores": ("Retail", ((3,), (), ())),
    "Damson Shops": ("Retail", ((), (30, 31, 32), (2,))),
    "Elm Couriers": ("Transport", ((), (), (4,))),
    "=Fir & Sons": (None, ((11,), (1,), (1,))),
    "Gorse Care": ("=Care", ((), (), ())),
}
MONTHS = (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))


def three_months(deployment: Deployment) -> dict[str, Installed]:
    """Runs the trial and leaves the clock at 3 June 2026. Gorse Care activated and was never heard of again."""
    kit_id = deployment.kit()
    installed = {}
    for name, (sector, _) in ORGANISATIONS.items():
        details = {"sector": sector} if sector is not None else {}
        licence = deployment.licence(deployment.organisation(name, **details), kit_id)
        installed[name] = deployment.installation(deployment.token(licence))
    numbers = dict.fromkeys(ORGANISATIONS, 0)
    for place, month in enumerate(MONTHS):
        for name, (_, headcounts) in ORGANISATIONS.items():
            deployment.clock.now = datetime(month.year, month.month, 20, 10, tzinfo=UTC)
            reports = []
            for people in headcounts[place]:
                numbers[name] += 1
                reports.append(workshop(deployment.clock(), numbers[name], attendee_count=people))
            if reports:
                numbers[name] += 1
                reports.append(feedback(deployment.clock(), numbers[name]))
                installed[name].sync(*reports)
    deployment.clock.now = datetime(2026, 6, 3, 9, tzinfo=UTC)
    return installed


def headcounts(sector: str | None, place: int) -> list[int]:
    """What was counted in a sector in one of the months."""
    return [people for of, months in ORGANISATIONS.values() if of == sector for people in months[place]]


__all__ = ["KIT_ID", "MONTHS", "ORGANISATIONS", "headcounts", "three_months"]
