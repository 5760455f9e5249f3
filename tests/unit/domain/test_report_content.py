"""What makes two reports the same: equal as JSON values, `id` in any spelling."""

import json
import uuid
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_server.domain.examined_report import identity
from licence_server.domain.usage_report import read

TEXT = """{"id": "0196f1a0-0000-7000-8000-000000000001", "seq": 17, "type": "session", "mode": "workshop",
 "started_at": "2026-11-20T09:30:00+00:00", "duration_seconds": 2700, "attendee_count": 14,
 "items": [{"item": "film-1", "seconds": 412, "completed": true}, {"item": "film-2", "seconds": 0, "completed": false}]}
"""


def content(text: str) -> bytes:
    return read(msgspec.json.decode(text))[1]


def test_white_space_and_the_order_of_keys_are_no_content() -> None:
    raw = json.loads(TEXT)
    turned = {name: raw[name] for name in reversed(raw)}
    turned["items"] = [{name: use[name] for name in reversed(use)} for use in raw["items"]]

    assert content(json.dumps(turned, indent=3)) == content(TEXT)


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ('"attendee_count": 14', '"attendee_count": 14.0'),
        ('"attendee_count": 14', '"attendee_count": 1.4e1'),
        ('"seq": 17', '"seq": 170e-1'),
        ('"seconds": 412', '"seconds": 412.0'),
        ('"seconds": 0', '"seconds": -0.0'),
        ('"film-1"', '"\\u0066ilm-1"'),
        ('"mode"', '"\\u006dode"'),
        ("0196f1a0-0000-7000-8000-000000000001", "0196F1A0-0000-7000-8000-000000000001"),
        ("0196f1a0-0000-7000-8000-000000000001", "0196f1a000007000800000000000" + "0001"),
    ],
)
def test_two_spellings_of_one_value_are_the_same(written: str, otherwise: str) -> None:
    assert written in TEXT
    assert content(TEXT.replace(written, otherwise)) == content(TEXT)


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ('"attendee_count": 14', '"attendee_count": 15'),
        ('"seq": 17', '"seq": 18'),
        ("+00:00", "Z"),
        ('"seconds": 0', '"seconds": 1'),
        ("true", "false"),
        ('"film-2"', '"film-3"'),
        ("2700", "2701"),
    ],
)
def test_another_value_is_another_content(written: str, otherwise: str) -> None:
    assert written in TEXT
    assert content(TEXT.replace(written, otherwise)) != content(TEXT)


def test_the_order_of_items_is_content() -> None:
    raw = json.loads(TEXT)
    assert read({**raw, "items": raw["items"][::-1]})[1] != read(raw)[1]


def test_the_identity_is_the_id_in_any_spelling() -> None:
    given_id = uuid.UUID("0196f1a0-0000-7000-8000-00000000000a")
    spellings = [str(given_id), str(given_id).upper(), given_id.hex]
    assert len({identity({"id": spelling, "seq": seq}) for seq, spelling in enumerate(spellings)}) == 1


def test_without_an_id_the_whole_content_is_the_identity() -> None:
    assert identity({"seq": 1}) != identity({"seq": 2})
    assert identity({"id": None, "seq": 1}) == identity({"id": None, "seq": 1})
    assert identity({"id": "x", "seq": 1}) == identity({"id": "x", "seq": 2})
    assert identity({"id": "x"}) != identity({"id": "y"})


def test_nothing_is_nested_too_deeply_for_an_identity() -> None:
    nested: Any = []
    for _ in range(100_000):
        nested = [nested]
    assert len(identity(nested)) == 32
    while nested:  # taken apart by hand: the interpreter would do it by recursion
        nested = nested[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800\x00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


# What it runs the others run too, and tracing it takes half as long again.
@pytest.mark.no_cover
@given(
    st.dictionaries(
        st.sampled_from(["id", "seq", "type", "mode", "items", "learner", "rating", "started_at", "\ud800"]), JSON
    )
)
def test_whatever_comes_is_judged_without_a_fault_of_ours(raw: dict[str, Any]) -> None:
    from licence_server.domain.usage_report import InvalidReport

    with pytest.raises(InvalidReport) as refused:
        read({"type": "session", **raw})
    str(refused.value).encode()
    assert "\x00" not in str(refused.value)
    assert len(identity(raw)) == 32
