"""The committee's report in published form: no small number in it, and none to be worked out from it."""

from datetime import datetime
from math import ceil

from sqlalchemy.orm import Session

from licence_server.domain import dates, method_note
from licence_server.domain.committee_report import Fact, Report
from licence_server.domain.errors import Invalid
from licence_server.domain.estimate import Range, range_of
from licence_server.domain.months import PublishablePeriod, last_day
from licence_server.domain.period import Period
from licence_server.domain.published_form import BASE, WITHHELD, Form, form_of
from licence_server.domain.published_months import MIN_REPORTERS
from licence_server.models import Kit
from licence_server.services.committee_words import range_facts
from licence_server.services.published_counts import published_counts
from licence_server.services.published_view import PublishedView
from licence_server.services.report_figures import Figures, iso
from licence_server.services.reporting_time import reporters, standings
from licence_server.services.runtime import Runtime

_LEAST = "The least that the count of attendances stands for, rounded down."


def published_report(session: Session, runtime: Runtime, chosen: PublishablePeriod, kit: Kit, now: datetime) -> Report:
    """All of it in words and tables. Raises NotFound for a month outside the trial, Conflict, Invalid."""
    counted = published_counts(session, runtime, kit.id, now, chosen)
    view = PublishedView(counted, chosen)
    first, last = view.months[0], last_day(view.months[-1])
    figures = Figures(session, runtime, Period(first, last), kit.id, now)
    told = range_of(reporters(figures, standings(figures)))
    titles = {item.item_id: item.title for item in kit.items}
    received_at = figures.last_report_at()
    received = iso(dates.day_of(received_at, runtime.timezone)) if received_at is not None else None
    return Report(
        form="published",
        title="Use of the training kit",
        period=view.title,
        first=iso(first),
        last=iso(last),
        kit=kit.id,
        kit_name=kit.name,
        generated_at=str(iso(now.replace(microsecond=0))),
        facts=view.facts(),
        range=_range(view.whole("attendances"), told, safe=view.tells_range),
        coverage=(
            *view.coverage(told.missing_reports),
            Fact("last_report_at", "Last report received", received, "The day of its arrival."),
        ),
        tables=tuple(view.tables(titles)),
        method=method_note.paragraphs("published", runtime.timezone.key),
    )


def _range(counted: Form, told: Range, *, safe: bool) -> tuple[Fact, ...]:
    """The upper end coarser than the count, and only where all it could tell may be told."""
    basis = "On the assumption that those we have not heard from used the kit no more than busy reporters did."
    few = told.reporters < MIN_REPORTERS or form_of(told.missing_reports).is_protected
    if told.upper is None or counted.highest is None or few or not safe:
        why = f"Shown from {MIN_REPORTERS} organisations on, where it tells no small count."
        return range_facts(counted.at_least, WITHHELD.shown, f"{why} {basis}", counted=_LEAST)
    unseen = told.upper - told.lower
    step = max(BASE, 10 ** (len(str(unseen)) - 2)) if unseen else BASE
    # From the largest count that the published one stands for: never below the upper end that staff see.
    upper = ceil((counted.highest + unseen) / step) * step
    return range_facts(counted.at_least, upper, basis, counted=_LEAST)


def only_kit(kits: list[Kit]) -> Kit:
    """The kit where there is one: figures of several, published beside their sum, would tell small numbers."""
    if len(kits) != 1:
        raise Invalid("kit_needed", "The published form is of one kit: say which.", {"kit": "is missing"})
    return kits[0]
