"""The hash chain: every part of an entry counts, heads are written N:HASH."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from licence_server.domain.audit_chain import GENESIS, Entry, Head, canonical
from licence_server.domain.errors import Invalid

ENTRY = Entry(1, datetime(2026, 3, 2, 9, 0, 0, 5, UTC), "operator", "licence_granted", "licence:1", None, None, "{}")


def test_every_part_of_an_entry_is_hashed() -> None:
    others = [
        replace(ENTRY, number=2),
        replace(ENTRY, at=ENTRY.at + timedelta(microseconds=1)),
        replace(ENTRY, actor="other"),
        replace(ENTRY, action="licence_revoked"),
        replace(ENTRY, subject="licence:2"),
        replace(ENTRY, reason=""),
        replace(ENTRY, before="{}"),
        replace(ENTRY, after=None),
        replace(ENTRY, before="{}", after=None),
    ]
    assert len({entry.hash_after(GENESIS) for entry in [ENTRY, *others]}) == len(others) + 1
    assert ENTRY.hash_after(bytes([1, *GENESIS[1:]])) != ENTRY.hash_after(GENESIS)


def test_the_same_moment_in_another_zone_is_the_same_entry() -> None:
    elsewhere = replace(ENTRY, at=ENTRY.at.astimezone(timezone(timedelta(hours=5))))
    assert elsewhere.hash_after(GENESIS) == ENTRY.hash_after(GENESIS)


def test_the_hash_of_an_entry_is_what_it_was_when_it_was_first_written() -> None:
    """A chain lives for years: whoever changes what is hashed breaks every deployment's log."""
    assert ENTRY.hash_after(GENESIS).hex() == "62d93e02399c027ff62b14ab7fcf3a925b81f888f61b049547e847275b2d2c44"


def test_a_head_is_read_as_it_is_written() -> None:
    head = Head(12, ENTRY.hash_after(GENESIS))
    assert Head.parse(str(head)) == head
    assert Head.parse(f" {str(head).upper()}\n") == head


@pytest.mark.parametrize(
    "text", ["", "12", ":", "12:", f"x:{'0' * 64}", f"1:{'0' * 63}", f"1:{'g' * 64}", f"-1:{'0' * 64}"]
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Head.parse(text)
    assert refused.value.code == "head_invalid"


def test_canonical_json_has_sorted_keys_and_no_white_space() -> None:
    assert canonical({"b": 1, "a": {"d": "é", "c": None}}) == '{"a":{"c":null,"d":"\\u00e9"},"b":1}'
