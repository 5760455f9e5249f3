"""Short texts that people give: names, titles, reasons.

They are one line: no control characters, no line breaks, no lone surrogates. White space around them does
not count.
"""

import unicodedata

from licence_server.domain.errors import Invalid

_UNFIT = {"Cc", "Cs", "Zl", "Zp"}


def is_one_line(text: str) -> bool:
    """Whether a text holds no control character, no line break and no lone surrogate."""
    return not any(unicodedata.category(character) in _UNFIT for character in text)


def one_line(text: str, field: str, longest: int) -> str:
    """A text, trimmed. Raises Invalid, naming the field, where it is empty, too long or not one line."""
    text = text.strip()
    fault = None
    if not text:
        fault = "is empty"
    elif len(text) > longest:
        fault = f"is longer than {longest} characters"
    elif not is_one_line(text):
        fault = "holds a control character"
    if fault is not None:
        raise Invalid("text_invalid", f"The {field} {fault}.", {field: fault})
    return text
