"""Typed activation tokens: which are well typed, and what they mean."""

from tests.support.vectors.world import Case

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Found by trial with the rule in README.md: the last symbol is the one of 32 that fits.
GOOD = ("0000-0000-0000-0000-0000-0000-0000", "1000-0000-0000-0000-0000-0000-000Y")


def check_symbol(body: str) -> str:
    """The symbol that makes 27 others a token: Luhn mod 32, worked with the digits of each product."""
    total = 0
    for place, symbol in enumerate(reversed(body)):
        value = SYMBOLS.index(symbol) * (2 if place % 2 == 0 else 1)
        total += sum(divmod(value, 32))
    return SYMBOLS[-total % 32]


def written(body: str) -> str:
    text = body + check_symbol(body)
    return "-".join(text[at : at + 4] for at in range(0, 28, 4))


def cases() -> list[Case]:
    token = written("7K3MZ9QXT0V1W2R4Y5A6B8C0D1E")
    plain = token.replace("-", "")
    good = {
        "as written": token,
        "lower case": token.lower(),
        "without hyphens": plain,
        "spaces for hyphens": token.replace("-", " "),
        "spaces around": f"  {token}\t\n",
        "hyphens elsewhere": "-".join(plain),
        "O for 0": token.replace("0", "O"),
        "o for 0": token.replace("0", "o"),
        "I for 1": token.replace("1", "I"),
        "l for 1": token.replace("1", "l"),
    }
    bad = {
        "empty": "",
        "one symbol short": plain[:-1],
        "one symbol too many": plain + "0",
        "U is no symbol": plain.replace("7", "U"),
        "an asterisk": plain.replace("7", "*"),
        "full-width digits": plain.replace("7", "\uff17"),
        "dotless i": plain.replace("1", "\u0131"),
        "long s": plain.replace("5", "\u017f"),
        "two neighbours swapped": plain[1] + plain[0] + plain[2:],
        "NUL": plain + "\x00",
    }
    found = [_case(name, typed, token) for name, typed in good.items()]
    found += [_case(f"well typed: {one}", one, one) for one in GOOD]
    found += [_case(name, typed, None) for name, typed in bad.items()]
    for place, right in enumerate(plain):
        for wrong in SYMBOLS:
            if wrong != right:
                typed = plain[:place] + wrong + plain[place + 1 :]
                found.append(_case(f"symbol {place + 1} is {wrong} instead of {right}", typed, None))
    return found


def _case(name: str, typed: str, token: str | None) -> Case:
    return {"name": name, "what": "typing", "typed": typed, "expected": {"token": token}}
