"""What a history says has changed."""

import json

import pytest

from licence_server.domain.audit_difference import HASHED, Change, differences


def test_only_what_differs_is_told() -> None:
    before, after = json.dumps({"name": "Baker", "sector": None}), json.dumps({"name": "Bakers", "sector": None})
    assert differences(before, after) == [Change("name", "Baker", "Bakers")]
    assert differences(None, after) == [Change("name", None, "Bakers")]
    assert differences(before, None) == [Change("name", "Baker", None)]
    assert differences(None, None) == []


@pytest.mark.parametrize(("uses", "told"), [(0, []), (3, [Change("uses", None, 3)])])
def test_a_counter_that_only_begins_is_no_change(uses: int, told: list[Change]) -> None:
    assert differences(None, json.dumps({"uses": uses})) == told


def test_any_other_nought_is_told() -> None:
    assert differences(None, json.dumps({"grace_days": 0})) == [Change("grace_days", None, 0)]
    assert differences(json.dumps({"uses": 3}), json.dumps({"uses": 0})) == [Change("uses", 3, 0)]


def test_a_hash_is_hidden() -> None:
    assert Change("email", None, f"{HASHED}00").is_hidden
    assert not Change("email", None, None).is_hidden
