"""The activation token: a secret that people type.

* 27 random symbols of Crockford's base32 (135 bits) and one check symbol, in seven groups of four.
* The check symbol is Luhn mod 32 (the Luhn algorithm over an alphabet of N symbols, with a doubling
  factor), which catches every single wrong symbol and nearly every swap of neighbours.
* Typing is forgiven: lower case, spaces, hyphens, O for 0, I and L for 1 (Crockford's own aliases).
"""

from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_SYMBOLS = 27
LENGTH = RANDOM_SYMBOLS + 1
GROUP = 4

_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_FORGIVEN = str.maketrans({" ": "", "-": "", "\t": "", "O": "0", "I": "1", "L": "1"})
_BASE = len(ALPHABET)


def check_symbol(symbols: str) -> str:
    """The Luhn mod 32 check symbol of `symbols` (canonical alphabet)."""
    return ALPHABET[-_luhn_sum(symbols, first_factor=2) % _BASE]


def generate(draw: Callable[[int], int]) -> str:
    """A new token in its written form. `draw` gives any number below another, e.g. `secrets.randbelow`."""
    # One number, since to draw each symbol by itself takes four times as long.
    number = draw(_BASE**RANDOM_SYMBOLS)
    body = "".join(ALPHABET[number // _BASE**place % _BASE] for place in range(RANDOM_SYMBOLS))
    return write(body + check_symbol(body))


def normalise(typed: str) -> str | None:
    """The 28 canonical symbols of what was typed, or None where it cannot be a token."""
    symbols = typed.upper().translate(_FORGIVEN)
    if len(symbols) != LENGTH or any(symbol not in _VALUE for symbol in symbols):
        return None
    return symbols if _luhn_sum(symbols, first_factor=1) % _BASE == 0 else None


def write(symbols: str) -> str:
    """28 symbols as people read them: seven groups of four."""
    return "-".join(symbols[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def _luhn_sum(symbols: str, first_factor: int) -> int:
    """Sum from the right with factors alternating from `first_factor`, products folded in base 32."""
    total, factor = 0, first_factor
    for symbol in reversed(symbols):
        product = factor * _VALUE[symbol]
        total += product // _BASE + product % _BASE
        factor = 3 - factor
    return total
