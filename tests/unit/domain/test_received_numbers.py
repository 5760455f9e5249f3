"""Received sequence numbers behave as a plain set does, and stay short."""

from hypothesis import given
from hypothesis import strategies as st

from licence_server.domain.received_numbers import ReceivedNumbers

BATCHES = st.lists(st.lists(st.integers(1, 60), max_size=12), max_size=12)


@given(BATCHES)
def test_they_behave_as_a_plain_set_does(batches: list[list[int]]) -> None:
    plain: set[int] = set()
    numbers = ReceivedNumbers()
    for batch in batches:
        numbers = ReceivedNumbers(str(numbers))
        numbers.add_all(batch)
        plain |= set(batch)
        assert {number for number in range(62) if number in numbers} == plain
        for asked in batches:
            assert numbers.has_any(asked) == bool(plain & set(asked))
        assert numbers.missing == len(set(range(1, max(plain, default=0) + 1)) - plain)


@given(st.permutations(range(1, 41)))
def test_whatever_the_order_a_full_row_is_one_interval(order: list[int]) -> None:
    numbers = ReceivedNumbers()
    for number in order:
        numbers.add_all([number])
    assert str(numbers) == "1-40"
    assert numbers.missing == 0


def test_they_are_written_as_closed_intervals() -> None:
    numbers = ReceivedNumbers()
    numbers.add_all([*range(1, 18), 19, 2**31 - 1])
    assert str(numbers) == "1-17,19,2147483647"
    assert numbers.missing == 2**31 - 1 - 19


def test_none_are_received_at_first() -> None:
    assert str(ReceivedNumbers()) == ""
    assert ReceivedNumbers().missing == 0
    assert 1 not in ReceivedNumbers()
