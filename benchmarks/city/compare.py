"""The server's figures beside the truth: what differs, in words."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from benchmarks.city.drive import KIT_ID
from benchmarks.city.truth import Truth
from licence_server.domain.estimate import Range
from licence_server.domain.period import Period
from licence_server.services import figures, usage_checks
from licence_server.services.figure_rows import MEASURES
from licence_server.services.figures import FigureSet
from licence_server.services.runtime import Runtime

# Not of the truth: the question, and the moment it was asked at.
_QUESTION = {"period", "kit", "generated_at"}


def said(runtime: Runtime, now: datetime) -> FigureSet:
    """What the server says of the whole trial."""
    return figures.figures(runtime, Period(None, None), now=now, kit_id=KIT_ID)


def differences(truth: Truth, document: FigureSet) -> list[str]:
    """Where a figure of the report, of a month or of a sector says something else, or the range misses the truth."""
    report = {name: value for name, value in document.document.items() if name not in _QUESTION}
    months = {step.first: {**_of(step.counts), "activations": step.activations} for step in document.steps}
    sectors = {sector.name: _of(sector.counts) for sector in document.sectors}
    return [
        *_differing("report", report, truth.delivered),
        *_differing("month", months, _all(truth.months, (*MEASURES, "activations"))),
        *_differing("sector", sectors, _all(truth.sectors, MEASURES)),
        *_outside(document.range, truth),
    ]


def recounted(runtime: Runtime) -> list[str]:
    """Where the totals differ from the raw reports."""
    return list(usage_checks.verify(runtime).differences)


def _outside(stated: Range, truth: Truth) -> Iterable[str]:
    if stated.lower != truth.delivered["attendances"]:
        yield f"range: begins at {stated.lower}, delivered were {truth.delivered['attendances']}"
    if stated.upper is None or not stated.lower <= truth.happened <= stated.upper:
        yield f"range: {stated.lower} to {stated.upper}, happened {truth.happened}"


def _differing(of: str, said_by_name: dict[Any, Any], true_by_name: dict[Any, Any]) -> Iterable[str]:
    for name in sorted({*said_by_name, *true_by_name}, key=str):
        value, true = said_by_name.get(name), true_by_name.get(name)
        if value != true:
            yield f"{of} {name}: the server says {value}, the truth is {true}"


def _of(counts: Any) -> dict[str, int]:
    return {measure: getattr(counts, measure) for measure in MEASURES}


def _all(truth: dict[Any, Counter[str]], measures: Iterable[str]) -> dict[Any, dict[str, int]]:
    return {name: {measure: counts[measure] for measure in measures} for name, counts in truth.items()}
