"""The words that both forms of the committee's report use, so that a figure is called the same in each."""

from collections.abc import Mapping
from typing import Any

from licence_server.domain.committee_report import Cell, Fact, Row, Table
from licence_server.domain.method_note import ATTENDANCES, ORGANISATIONS, SESSIONS

PLAYS = "A play is one session in which the film or document was opened, whatever the number of people."


def facts_of(document: Mapping[str, Any]) -> tuple[Fact, ...]:
    """The figures of the contract's report."""
    return summary_facts(
        attendances=document["attendances"],
        sessions=document["sessions"]["total"],
        **document["organisations"],
        feedback=document["feedback"]["count"],
        mean_rating=document["feedback"]["mean_rating"],
    )


def coverage_of(document: Mapping[str, Any]) -> tuple[Fact, ...]:
    """What the contract's report covers."""
    coverage = document["coverage"]
    last = Fact("last_report_at", "Last report received", coverage["last_report_at"], "By its arrival.")
    return (*coverage_facts(document["installations"], document["reports"]["missing"], coverage), last)


def summary_facts(
    *,
    attendances: Cell,
    sessions: Cell,
    granted: Cell,
    activated: Cell,
    reporting: Cell,
    feedback: Cell,
    mean_rating: Cell,
) -> tuple[Fact, ...]:
    """The figures at the head of the report."""
    return (
        Fact("attendances", "Attendances", attendances, ATTENDANCES),
        Fact("sessions", "Sessions", sessions, SESSIONS),
        Fact("reporting", "Organisations reporting", reporting, ORGANISATIONS),
        Fact("activated", "Organisations activated", activated, "With an installation that has been activated."),
        Fact("granted", "Organisations with a licence", granted, "Whether they use it or not."),
        Fact("feedback", "Pieces of feedback", feedback, "From whoever chose to give some."),
        Fact("mean_rating", "Mean rating of 5", mean_rating, "Of that feedback alone, not of everybody who came."),
    )


def range_facts(lower: Cell, upper: Cell, basis: str, *, counted: str = "What was counted.") -> tuple[Fact, ...]:
    """Where the total of attendances could lie."""
    return (
        Fact("lower", "Attendances, at least", lower, counted),
        Fact("upper", "Attendances, could be up to", upper if upper is not None else "cannot be said", basis),
    )


def coverage_facts(installations: Mapping[str, Cell], missing: Cell, coverage: Mapping[str, Any]) -> tuple[Fact, ...]:
    """How much of the field the figures cover."""
    share = coverage["reporting_share"]
    return (
        Fact("installations", "Installations activated", installations["activated"], "Places where the kit runs."),
        Fact("heard", "of these in touch", installations["reporting"], "Within the time their licence asks for."),
        Fact(
            "silent",
            "of these silent",
            installations["silent"],
            "Not in touch in that time, or not since activation. Their use is unknown, which is not the same as none.",
        ),
        Fact("declined", "of these declined", installations["declined"], "Their users objected to usage reporting."),
        Fact(
            "reporting_share",
            "Share covered",
            f"{share:.0%}" if isinstance(share, float) else share,
            "In touch, of those in touch and silent.",
        ),
        Fact("missing", "Reports missing", missing, "Numbered by a kit and never received, as of now."),
    )


def film_table(columns: tuple[tuple[str, str], ...], rows: tuple[Row, ...]) -> Table:
    """Films and documents."""
    return Table("items", "Films and documents", PLAYS, "Title", columns, rows, charted="plays")
