"""The activation token: generated, written, forgiven, and every single wrong symbol caught."""

import random

import pytest

from licence_server.domain import activation_token
from licence_server.domain.activation_token import ALPHABET, LENGTH, generate, normalise

DRAW = random.Random(27).randrange


def symbols_of(token: str) -> str:
    return token.replace("-", "")


def test_a_token_is_seven_groups_of_four_with_27_random_symbols() -> None:
    asked: list[int] = []

    def draw(end: int) -> int:
        asked.append(end)
        return DRAW(end)

    token = generate(draw)

    assert [len(group) for group in token.split("-")] == [4] * 7
    assert asked == [32**27]


@pytest.mark.parametrize("place", range(27))
def test_each_symbol_is_drawn_on_its_own(place: int) -> None:
    drawn = [symbols_of(generate(lambda _, value=value: value * 32**place)) for value in range(32)]

    assert [symbols[place] for symbols in drawn] == list(ALPHABET)
    assert {symbols[:place] + symbols[place + 1 : 27] for symbols in drawn} == {26 * "0"}


def test_the_alphabet_is_crockfords() -> None:
    assert ALPHABET == "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@pytest.mark.parametrize("_", range(20))
def test_a_generated_token_is_a_token(_: int) -> None:
    token = generate(DRAW)

    assert normalise(token) == symbols_of(token)
    assert activation_token.write(symbols_of(token)) == token


def test_every_single_wrong_symbol_is_caught_at_every_place() -> None:
    for _ in range(5):
        symbols = symbols_of(generate(DRAW))
        wrong = [
            symbols[:place] + other + symbols[place + 1 :]
            for place in range(LENGTH)
            for other in ALPHABET
            if other != symbols[place]
        ]
        assert len(wrong) == 28 * 31
        assert [typed for typed in wrong if normalise(typed) is not None] == []


def test_nearly_every_swap_of_neighbours_is_caught() -> None:
    """Luhn mod N misses swaps of the two symbols whose folded doubles differ alike: 0 and the last."""
    missed = set()
    for first in ALPHABET:
        for second in ALPHABET:
            if first != second:
                body = "0" * 25 + first + second
                symbols = body + activation_token.check_symbol(body)
                if normalise(body[:25] + second + first + symbols[27]) is not None:
                    missed.add(frozenset((first, second)))
    assert missed <= {frozenset("0Z")}


def test_case_spaces_hyphens_and_lookalikes_are_forgiven() -> None:
    body = "01" + "0123456789ABCDEFGHJKMNPQR"
    symbols = body + activation_token.check_symbol(body)

    assert normalise(symbols.lower()) == symbols
    assert normalise(" " + " ".join(symbols) + "  ") == symbols
    assert normalise("-".join(symbols)) == symbols
    assert normalise(symbols.replace("0", "O")) == symbols
    assert normalise(symbols.replace("0", "o")) == symbols
    for one in "IiLl":
        assert normalise(symbols.replace("1", one)) == symbols


@pytest.mark.parametrize(
    "typed", ["", "-", "0", "0" * 27, "0" * 29, "U" * 28, "0" * 27 + "U", "é" * 28, "0" * 27 + "\x00"]
)
def test_what_is_no_token_is_none(typed: str) -> None:
    assert normalise(typed) is None


def test_28_zeros_carry_a_right_check_symbol() -> None:
    """The sum of nothing but zeros is zero; that such a token exists is a matter of the database."""
    assert normalise("0" * 28) == "0" * 28
