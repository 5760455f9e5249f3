"""The report as a page for people and as CSV for spreadsheets.

The page says which measure each figure is: attendances are not people, silence is not zero.
"""

import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from licence_server.cli.output import plain
from licence_server.domain.dates import in_words, written
from licence_server.domain.spreadsheet import safe_cell, writer_to

Document = Mapping[str, Any]


def as_lines(document: Document, timezone: str) -> Iterator[str]:
    """The page, line by line."""
    yield f"Use of {document['kit'] or 'all kits'}, {_period(document['period'])}"
    yield f"As of {document['generated_at']}. A session belongs to the day it started, in {timezone}."
    organisations, sessions, reports = document["organisations"], document["sessions"], document["reports"]
    yield from _section(
        "Organisations",
        (organisations["granted"], "hold a licence in this period"),
        (organisations["activated"], "have an activated installation"),
        (organisations["reporting"], "report at least one session"),
    )
    yield from _section(
        "Use",
        (sessions["workshop"], "workshops"),
        (sessions["individual"], "sessions of individual study"),
        (document["attendances"], "attendances: whoever came twice counts twice, so these are not people"),
        (document["distinct_learners"], "distinct learners in individual study: browser profiles, not people"),
        (_hours(document["session_seconds"]), "hours in session"),
    )
    yield from _coverage(document)
    yield from _section(
        "Reports received",
        (reports["accepted"], "accepted"),
        (reports["rejected"], "rejected, and not counted"),
        (reports["missing"], "known to be missing as of now: numbered by a kit, never received"),
        (reports["duplicates"], "sent again, and counted once"),
        (reports["dated_on_receipt"], "counted on the day they came, since the PC's clock was wrong"),
    )
    yield from _items(document["items"])
    feedback = document["feedback"]
    mean = f", {feedback['mean_rating']} of 5 on average" if feedback["count"] else ""
    yield from ("", f"Feedback: {feedback['count']}{mean}")


def as_csv(document: Document) -> str:
    """One row for each figure: where it stands in the document, and its value."""
    text = io.StringIO()
    writer = writer_to(text)
    writer.writerow(("path", "value"))
    for path, value in _flat(document, ""):
        writer.writerow((path, safe_cell(value)))
    return text.getvalue()


def _coverage(document: Document) -> Iterator[str]:
    installations, coverage = document["installations"], document["coverage"]
    yield from _section(
        "Installations, and how far these figures reach",
        (installations["activated"], "activated"),
        (installations["reporting"], "have been in touch within their check-in time"),
        (installations["silent"], "are silent: their use is unknown, which is not the same as none"),
        (installations["declined"], "have objected to usage reporting"),
        (installations["copied"], "show signs of having been copied"),
    )
    share = coverage["reporting_share"]
    known = installations["reporting"] + installations["silent"]
    if share is not None:
        yield f"  Covered: {installations['reporting']} of {known} installations that should report ({share:.0%})."
    received = coverage["last_report_at"]
    yield f"  Last report received: {written(datetime.fromisoformat(received), 'seconds') if received else 'none'}"


def _items(items: list[Document]) -> Iterator[str]:
    yield from ("", "Films and documents: plays (of these to the end), hours")
    for item in items:
        figures = f"{item['plays']} ({item['completions']}), {_hours(item['seconds'])} h"
        yield f"  {figures:<22} {plain(item['title'])} [{item['id']}]"


def _section(title: str, *figures: tuple[object, str]) -> Iterator[str]:
    yield from ("", title)
    for figure, meaning in figures:
        yield f"  {figure:>9}  {meaning}"


def _period(period: Document) -> str:
    first, last = (date.fromisoformat(period[name]) if period[name] else None for name in ("from", "to"))
    if first is None and last is None:
        return "all time"
    begin = f"from {in_words(first)} " if first is not None else ""
    return f"{begin}up to {in_words(last) if last is not None else 'now'}".strip()


def _hours(seconds: int) -> str:
    return f"{seconds / 3600:.1f}"


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _flat(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, member in enumerate(value, start=1):
            yield from _flat(member, f"{path}.{place}")
    else:
        yield path, value
