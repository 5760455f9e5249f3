"""What stays of removed reports can be read back, and is written in one way."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_server.domain import sealed_tally
from licence_server.domain.sealed_tally import SealedTally
from licence_server.domain.tally import ITEM_MEASURES, RECEIPT_MEASURES, USAGE_MEASURES, Tally

days = st.dates(date(2026, 1, 1), date(2026, 1, 5))
amounts = st.integers(-3, 10**9).filter(bool)


def counters(*key: st.SearchStrategy[object]) -> st.SearchStrategy[Counter[object]]:
    return st.dictionaries(st.tuples(*key), amounts).map(Counter)


tallies = st.builds(
    Tally,
    usage=counters(days, st.sampled_from(USAGE_MEASURES)),
    items=counters(st.text(min_size=1), days, st.sampled_from(ITEM_MEASURES)),
    receipts=counters(days, st.sampled_from(RECEIPT_MEASURES)),
)
seals = st.builds(SealedTally, tally=tallies, first_days=st.dictionaries(st.binary(min_size=32, max_size=32), days))


@given(seals)
def test_it_reads_what_it_wrote(sealed: SealedTally) -> None:
    assert sealed_tally.read(sealed_tally.write(sealed)) == sealed


@given(tallies, st.randoms())
def test_the_order_of_counting_is_not_seen(tally: Tally, random: object) -> None:
    entries = list(tally.usage.items())
    random.shuffle(entries)  # type: ignore[attr-defined]
    other = Tally(Counter(dict(entries)), tally.items, tally.receipts)
    assert sealed_tally.write(SealedTally(other, {})) == sealed_tally.write(SealedTally(tally, {}))


@given(tallies)
def test_adding_doubles(tally: Tally) -> None:
    whole = Tally()
    for _ in range(2):
        sealed_tally.add(whole, tally)
    assert whole.usage == Counter({key: 2 * n for key, n in tally.usage.items()})
    assert whole.items == Counter({key: 2 * n for key, n in tally.items.items()})
    assert whole.receipts == Counter({key: 2 * n for key, n in tally.receipts.items()})


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"usage":[[1]]}', "null"])
def test_what_is_no_seal_is_not_read(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        sealed_tally.read(text)
