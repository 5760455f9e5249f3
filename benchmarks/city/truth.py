"""What the report must say of a city, reckoned from the plan alone."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.city.awkwardness import arrivals
from benchmarks.city.plan import ITEMS, City, Feedback, Installation, Report, Session, began, noon

CHECK_IN_DAYS = 30
SLACK = timedelta(hours=24)
# The service's default: its days are those that people in the city count in.
ZONE = ZoneInfo("Europe/London")

Months = dict[date, Counter[str]]
Sectors = dict[str | None, Counter[str]]


@dataclass
class Truth:
    """delivered: the document of what reached the server; months, sectors: the same, by these.

    happened: attendances of everything, told or not.
    """

    delivered: dict[str, Any] = field(default_factory=dict)
    months: Months = field(default_factory=lambda: defaultdict(Counter))
    sectors: Sectors = field(default_factory=lambda: defaultdict(Counter))
    happened: int = 0


def reckon(city: City) -> Truth:
    """The truth at the end of the last day."""
    truth = Truth()
    total: Counter[str] = Counter()
    items = {item: Counter[str]() for item in ITEMS}
    learners = set()
    reporting_organisations = set()
    last_day = None
    active = [installation for installation in city.installations if not installation.refused]
    for installation in active:
        truth.months[_month(noon(installation.activated_on))]["activations"] += 1
        truth.happened += sum(each.attendees for each in installation.reports if isinstance(each, Session))
        sector = truth.sectors[city.sectors[installation.organisation]]
        numbers: list[int] = []
        for day, report in arrivals(installation):
            counted_at, dated_on_receipt = _counted(installation, report, day)
            added = _measures(report)
            for counts in (total, sector, truth.months[_month(counted_at)]):
                counts.update(added)
            numbers.append(report.seq)
            total["dated_on_receipt"] += dated_on_receipt
            total["duplicates"] += day in installation.twice
            if isinstance(report, Session):
                reporting_organisations.add(installation.organisation)
                if report.learner is not None:
                    learners.add(report.learner)
                for item, seconds, completed in report.items:
                    items[item].update(plays=1, completions=completed, seconds=seconds)
        total["accepted"] += len(numbers)
        total["missing"] += max(numbers, default=0) - len(set(numbers))
        total["copied"] += len(numbers) != len(set(numbers))
        last = installation.syncs[-1][0] if installation.syncs else None
        total["reporting"] += last is not None and last >= city.scale.days - 1 - CHECK_IN_DAYS
        last_day = max((day for day in (last, last_day) if day is not None), default=None)
    organisations = {
        "granted": city.scale.organisations,
        "activated": len({installation.organisation for installation in active}),
        "reporting": len(reporting_organisations),
    }
    truth.delivered = _document(total, items, organisations, len(active), len(learners))
    truth.delivered["coverage"] = {
        "reporting_share": round(total["reporting"] / len(active), 4),
        "last_report_at": noon(last_day).isoformat().replace("+00:00", "Z") if last_day is not None else None,
    }
    return truth


def _document(
    total: Counter[str], items: dict[str, Counter[str]], organisations: dict[str, int], activated: int, learners: int
) -> dict[str, Any]:
    return {
        "organisations": organisations,
        "installations": {
            "activated": activated,
            "reporting": total["reporting"],
            "silent": activated - total["reporting"],
            "copied": total["copied"],
            "declined": 0,
        },
        "sessions": {
            "workshop": total["workshop_sessions"],
            "individual": total["individual_sessions"],
            "total": total["workshop_sessions"] + total["individual_sessions"],
        },
        "attendances": total["attendances"],
        "distinct_learners": learners,
        "session_seconds": total["session_seconds"],
        "items": [
            {"id": item, "title": item, **{name: counts[name] for name in ("plays", "completions", "seconds")}}
            for item, counts in items.items()
        ],
        "feedback": {
            "count": total["feedback_count"],
            "mean_rating": round(total["rating_sum"] / total["feedback_count"], 2) if total["feedback_count"] else None,
        },
        "reports": {
            "accepted": total["accepted"],
            "rejected": 0,
            "missing": total["missing"],
            "duplicates": total["duplicates"],
            "dated_on_receipt": total["dated_on_receipt"],
        },
    }


def _measures(report: Report) -> dict[str, int]:
    if isinstance(report, Feedback):
        return {"feedback_count": 1, "rating_sum": report.rating}
    return {
        f"{report.mode}_sessions": 1,
        "attendances": report.attendees,
        "session_seconds": report.seconds,
    }


def _counted(installation: Installation, report: Report, received_on: int) -> tuple[datetime, bool]:
    """When a report counts, and whether that is its receipt: a clock that was put right cannot be told any more."""
    if not installation.clock_mended:
        return began(report.day), False
    told = began(report.day) + installation.clock_error
    if noon(installation.activated_on) - SLACK <= told <= noon(received_on) + SLACK:
        return told, False
    return noon(received_on), True


def _month(moment: datetime) -> date:
    return moment.astimezone(ZONE).date().replace(day=1)
