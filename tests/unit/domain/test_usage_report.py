"""The shape of a usage report: every field at, below and above its bounds, and the field at fault named."""

from typing import Any

import pytest

from licence_server.domain import examined_report
from licence_server.domain.usage_report import Feedback, InvalidReport, Session, read

WORKSHOP: dict[str, Any] = {
    "id": "0196f1a0-0000-7000-8000-000000000001",
    "seq": 17,
    "type": "session",
    "mode": "workshop",
    "started_at": "2026-11-20T09:30:00+00:00",
    "duration_seconds": 2700,
    "attendee_count": 14,
    "items": [{"item": "film-1", "seconds": 412, "completed": True}],
}
INDIVIDUAL = {**WORKSHOP, "mode": "individual", "learner": "learner-000000001", "attendee_count": 1}
FEEDBACK: dict[str, Any] = {
    "id": "0196f1a0-0000-7000-8000-000000000002",
    "seq": 19,
    "type": "feedback",
    "given_at": "2026-11-20T09:30:00Z",
    "rating": 4,
    "item": "film-1",
    "comment": "Clear.",
}
ITEM = {"item": "film-1", "seconds": 412, "completed": True}


def fault(raw: Any) -> InvalidReport:
    with pytest.raises(InvalidReport) as caught:
        read(raw)
    return caught.value


def test_the_three_reports_of_the_contract_are_reports() -> None:
    assert isinstance(read(WORKSHOP)[0], Session)
    assert isinstance(read(INDIVIDUAL)[0], Session)
    assert isinstance(read(FEEDBACK)[0], Feedback)
    assert isinstance(read({**FEEDBACK, "item": None})[0], Feedback)


@pytest.mark.parametrize(
    ("report", "field", "good", "bad"),
    [
        (WORKSHOP, "attendee_count", [1, 5000, 14.0], [0, 5001, -1, 1.5, "14", None, True, 10**30, 1e300]),
        (WORKSHOP, "duration_seconds", [0, 86_400], [-1, 86_401, "1", None, False]),
        (WORKSHOP, "seq", [1, 2**31 - 1], [0, -1, 2**31, 1.5, "1", None]),
        (WORKSHOP, "mode", ["workshop"], ["Workshop", "", None, 1, "group"]),
        (WORKSHOP, "started_at", ["2026-11-20T09:30:00.123456+05:30", "0001-01-01T00:00:00+10:00"], []),
        (WORKSHOP, "started_at", [], ["2026-11-20T09:30:00", "2026-11-20", "yesterday", 1_700_000_000, None, ""]),
        (WORKSHOP, "started_at", [], ["2026-02-30T09:30:00Z", "2026-11-20T25:00:00Z", "10000-01-01T00:00:00Z"]),
        (WORKSHOP, "items", [[], [ITEM] * 100], [[ITEM] * 101, {}, "film-1", None]),
        (WORKSHOP, "type", ["session"], ["Session", "", None, 1, "event"]),
        (INDIVIDUAL, "attendee_count", [1, 1.0], [0, 2]),
        (
            INDIVIDUAL,
            "learner",
            ["a" * 16, "Z" * 64, "0123456789_-AZaz"],
            ["a" * 15, "a" * 65, "a" * 16 + "\n", "é" * 16],
        ),
        (INDIVIDUAL, "learner", [], ["a" * 15 + " ", "a" * 15 + "+", 1234567890123456, ""]),
        (FEEDBACK, "rating", [1, 5, 4.0], [0, 6, 4.5, "4", None, True]),
        (FEEDBACK, "comment", ["", "x" * 2000, "🙂" * 2000], ["x" * 2001, 1, "a\x00b", "\ud800"]),
        (FEEDBACK, "item", [None, "film-1"], ["", "x" * 65, 1, "\udfff", "a\x00"]),
        (FEEDBACK, "given_at", ["2026-11-20T09:30:00Z"], ["2026-11-20T09:30:00", None]),
        (
            FEEDBACK,
            "id",
            ["0196F1A000007000800000000000000A"],
            ["", "1", None, 7, "{0196f1a0-0000-7000-8000-000000000001}"],
        ),
    ],
)
def test_each_field_has_its_bounds(report: dict[str, Any], field: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        read({**report, field: value})
    for value in bad:
        assert fault({**report, field: value}).field == field, value


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("item", ["", "x" * 65, 1, None]),
        ("seconds", [-1, 86_401, "1", None, 0.5]),
        ("completed", [0, 1, "true", None]),
    ],
)
def test_each_field_of_an_item_has_its_bounds(field: str, bad: list[Any]) -> None:
    for value in bad:
        assert fault({**WORKSHOP, "items": [ITEM, {**ITEM, field: value}]}).field == f"items[1].{field}"


@pytest.mark.parametrize("text", ["film\x00", "film\ud800"])
def test_what_no_database_keeps_is_refused_in_items_too(text: str) -> None:
    assert fault({**WORKSHOP, "items": [{**ITEM, "item": text}]}).field == "items"


@pytest.mark.parametrize("report", [WORKSHOP, INDIVIDUAL, FEEDBACK])
def test_an_unknown_field_is_named(report: dict[str, Any]) -> None:
    assert fault({**report, "colour": "red"}).field == "colour"


def test_an_unknown_field_of_an_item_is_named() -> None:
    assert fault({**WORKSHOP, "items": [{**ITEM, "colour": "red"}]}).field == "items[0].colour"


@pytest.mark.parametrize(
    ("report", "fields"),
    [
        (WORKSHOP, ["id", "seq", "type", "mode", "started_at", "duration_seconds", "attendee_count"]),
        (FEEDBACK, ["id", "seq", "type", "given_at", "rating"]),
    ],
)
def test_a_missing_field_is_named(report: dict[str, Any], fields: list[str]) -> None:
    for field in fields:
        assert fault({name: value for name, value in report.items() if name != field}).field == field


def test_a_learner_belongs_to_individual_study_alone() -> None:
    assert fault({**WORKSHOP, "learner": "learner-000000001"}).field == "learner"


def test_a_learner_is_optional() -> None:
    assert isinstance(read({name: value for name, value in INDIVIDUAL.items() if name != "learner"})[0], Session)


def test_fields_of_feedback_do_not_belong_to_a_session() -> None:
    assert fault({**WORKSHOP, "rating": 4}).field == "rating"
    assert fault({**FEEDBACK, "attendee_count": 4}).field == "attendee_count"


@pytest.mark.parametrize("raw", [None, 1, "report", [], [WORKSHOP], True, {}, 1.5])
def test_what_is_no_report_at_all_is_refused(raw: Any) -> None:
    assert fault(raw).field in ("report", "type")
    assert len(examined_report.identity(raw)) == 32
