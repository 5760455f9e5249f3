"""The activation token as people type it, checked before any network.

* 28 symbols of Crockford's base32: 27 random ones and a check symbol (Luhn mod 32).
* Case, white space, hyphens, O for 0, I and L for 1 are forgiven.
* Walking from the check symbol leftwards, values count once and twice in turn; a doubled value of two
  digits in base 32 counts as the sum of its digits. A token is well typed if the sum is a multiple of 32.
  Both factors map the 32 symbols one to one, so every single wrong symbol changes the sum.
"""

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 28
GROUP = 4

_BASE = len(SYMBOLS)
_ALIASES = {"O": "0", "I": "1", "L": "1"}
_VALUES = {symbol: value for value, symbol in enumerate(SYMBOLS)} | {
    alias: SYMBOLS.index(symbol) for alias, symbol in _ALIASES.items()
}


def normalise(typed: str) -> str | None:
    """The token in its written form (seven groups of four), or None if it is mistyped."""
    values = _values(typed)
    if values is None or len(values) != LENGTH or _weigh(values) % _BASE:
        return None
    text = "".join(SYMBOLS[value] for value in values)
    return "-".join(text[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def _values(typed: str) -> list[int] | None:
    # Only ASCII is folded: upper-casing Unicode would let look-alikes through (RFC 8265 warns of these).
    values = []
    for symbol in typed:
        if symbol.isspace() or symbol == "-":
            continue
        value = _VALUES.get(symbol.upper()) if symbol.isascii() else None
        if value is None:
            return None
        values.append(value)
    return values


def _weigh(values: list[int]) -> int:
    total = 0
    for place, value in enumerate(reversed(values)):
        weighted = value * (1 + place % 2)
        total += weighted // _BASE + weighted % _BASE
    return total
