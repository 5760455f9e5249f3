"""The eight symbols that confirm a carried message, and what people make of them."""

from tests.support.vectors import world
from tests.support.vectors.world import Case

JTI = "01976f2e-7c00-7000-8000-000000000010"
# Worked out apart from all our code; this id was chosen because a 0 and a 1 stand among its symbols.
SYMBOLS = "W01GSD2H"
OTHER_JTI, OTHER_SYMBOLS = "message-2", "9T56HHA2"


def cases() -> list[Case]:
    right = {
        "as shown": SYMBOLS,
        "in two groups": f"{SYMBOLS[:4]} {SYMBOLS[4:]}",
        "with a hyphen": f"{SYMBOLS[:4]}-{SYMBOLS[4:]}",
        "in small letters, with space around": f"  {SYMBOLS.lower()}\t",
        "O for 0": SYMBOLS.replace("0", "O"),
        "o for 0": SYMBOLS.replace("0", "o"),
        "I for 1": SYMBOLS.replace("1", "I"),
        "l for 1": SYMBOLS.replace("1", "l"),
    }
    wrong = {
        "one wrong symbol": SYMBOLS[:-1] + ("0" if SYMBOLS[-1] != "0" else "1"),
        "one too few": SYMBOLS[:-1],
        "one too many": SYMBOLS + "0",
        "nothing": "",
        "a symbol that is none": SYMBOLS[:-1] + "U",
        "full-width letters": "".join(chr(ord(symbol) + 0xFEE0) for symbol in SYMBOLS),
        "of another message": OTHER_SYMBOLS,
    }
    return [
        _case("another id", "an id may be any text", OTHER_JTI, OTHER_SYMBOLS, OTHER_SYMBOLS, True),
        *(_case(name, "typing is forgiven", JTI, SYMBOLS, typed, True) for name, typed in right.items()),
        *(_case(name, "not these symbols", JTI, SYMBOLS, typed, False) for name, typed in wrong.items()),
    ]


def _case(name: str, what: str, jti: str, symbols: str, typed: str, confirmed: bool) -> Case:
    return {
        "name": name,
        "what": what,
        "message_key": list(world.MESSAGE_KEY),
        "jti": jti,
        "typed": typed,
        "expected": {"symbols": symbols, "confirmed": confirmed},
    }
