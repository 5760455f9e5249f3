"""What the report must say of a city, reckoned from the plan alone."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from benchmarks.city.plan import ITEMS, City, Installation, Session

CHECK_IN_DAYS = 30


@dataclass
class Truth:
    """delivered: figures of what reached the server. happened: attendances of everything, told or not."""

    delivered: dict[str, Any] = field(default_factory=dict)
    happened: int = 0


def reckon(city: City) -> Truth:
    """The truth at the end of the last day."""
    sessions: Counter[str] = Counter()
    plays: Counter[str] = Counter()
    completions: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    reporting_organisations = set()
    attendances = happened = accepted = duplicates = missing = reporting = copied = session_seconds = 0
    active = [installation for installation in city.installations if not installation.refused]
    for installation in active:
        sent = delivered(installation)
        happened += sum(session.attendees for session in installation.sessions)
        for session in sent:
            sessions[session.mode] += 1
            attendances += session.attendees
            session_seconds += session.seconds
            for item, length, completed in session.items:
                plays[item] += 1
                completions[item] += completed
                seconds[item] += length
        if sent:
            reporting_organisations.add(installation.organisation)
        accepted += len(sent)
        duplicates += sum(len(positions) for day, positions in installation.syncs if day in installation.twice)
        numbers = {session.seq for session in sent}
        missing += max(numbers, default=0) - len(numbers)
        copied += len(sent) != len(numbers)
        last = installation.syncs[-1][0] if installation.syncs else None
        reporting += last is not None and last >= city.scale.days - 1 - CHECK_IN_DAYS
    activated = len(active)
    return Truth(
        {
            "organisations": {
                "granted": city.scale.organisations,
                "activated": len({installation.organisation for installation in active}),
                "reporting": len(reporting_organisations),
            },
            "installations": {
                "activated": activated,
                "reporting": reporting,
                "silent": activated - reporting,
                "copied": copied,
                "declined": 0,
            },
            "sessions": {
                "workshop": sessions["workshop"],
                "individual": sessions["individual"],
                "total": sessions.total(),
            },
            "attendances": attendances,
            "session_seconds": session_seconds,
            "items": [
                {"id": item, "plays": plays[item], "completions": completions[item], "seconds": seconds[item]}
                for item in ITEMS
            ],
            "reports": {
                "accepted": accepted,
                "rejected": 0,
                "missing": missing,
                "duplicates": duplicates,
                "dated_on_receipt": 0,
            },
        },
        happened,
    )


def delivered(installation: Installation) -> list[Session]:
    """The sessions whose reports reached the server."""
    return [installation.sessions[position] for _, positions in installation.syncs for position in positions]


def differences(expected: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Where a report says something else than the truth, in words."""
    found = []
    for name, value in expected.items():
        said = document[name]
        if name == "items":
            said = [{key: item[key] for key in value[0]} for item in said]
        if said != value:
            found.append(f"{name}: the report says {said}, the truth is {value}")
    return found
