"""Reports looked at together are seen as each is by itself, whatever stands beside them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_server.domain.examined_report import Examined, examine, examine_all
from tests.unit.domain.test_usage_report import FEEDBACK, INDIVIDUAL, WORKSHOP

LONE = "\ud800"
WELL: list[Any] = [
    WORKSHOP,
    INDIVIDUAL,
    FEEDBACK,
    {**FEEDBACK, "comment": r"spelt out: \u0000"},
    {**WORKSHOP, "items": [{"item": "a\u2028\\", "seconds": 1, "completed": False}]},
    {**WORKSHOP, "id": WORKSHOP["id"].upper(), "started_at": "2026-11-20T09:30:00.123456+05:30"},
]
ODD: list[Any] = [
    {**WORKSHOP, "attendee_count": 14.0},
    {**WORKSHOP, "learner": "learner-000000001"},
    {**WORKSHOP, "learner": None},
    {**INDIVIDUAL, "attendee_count": 2},
    {**INDIVIDUAL, "learner": LONE * 16},
    {**WORKSHOP, "items": [{"item": "film\0", "seconds": 1, "completed": True}]},
    {**WORKSHOP, "items": [{"item": LONE, "seconds": 1, "completed": True}]},
    {**WORKSHOP, "mode": LONE},
    {**WORKSHOP, LONE: 1},
    {**FEEDBACK, "comment": "so\0"},
    {**FEEDBACK, "comment": LONE},
    {**FEEDBACK, "item": "\0"},
    {**FEEDBACK, "rating": 6},
    {**FEEDBACK, "id": "none"},
    {**FEEDBACK, "id": LONE},
    None,
    [],
    "report",
    10**40,
]


def seen(examined: Examined) -> Any:
    return (*[getattr(examined, name) for name in Examined.__struct_fields__ if name != "fault"], str(examined.fault))


@given(st.lists(st.sampled_from(WELL), max_size=4), st.lists(st.sampled_from(ODD), max_size=2))
def test_together_as_by_themselves(well: list[Any], odd: list[Any]) -> None:
    for values in (well, [*well, *odd], [*odd, *well]):
        assert list(map(seen, examine_all(values))) == [seen(examine(value)) for value in values]


@pytest.mark.parametrize("value", WELL)
def test_what_is_well_is_a_report(value: Any) -> None:
    [examined] = examine_all([value])
    assert examined.fault is None
    assert len(examined.content_hash) == 32


@pytest.mark.parametrize("value", ODD[1:])
def test_what_is_odd_is_at_fault(value: Any) -> None:
    assert [one.fault is None for one in examine_all([WORKSHOP, value])] == [True, False]
