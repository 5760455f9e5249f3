"""Short texts that people give: names, titles, reasons.

They are one line: no control characters, no line breaks, no lone surrogates, nothing that XML 1.0 forbids (charts and
workbooks are XML). White space around them does not count.
"""

import re
import unicodedata

from licence_server.domain.errors import Invalid

NOT_ONE_LINE = "holds a control character, or one that no page can show"
_UNFIT = {"Cc", "Cs", "Zl", "Zp"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_one_line(text: str) -> bool:
    """Whether a text holds no control character, no line break, no lone surrogate and nothing XML 1.0 forbids."""
    unfit = any(unicodedata.category(character) in _UNFIT for character in text)
    return not unfit and _NOT_XML.search(text) is None


def for_xml(text: str) -> str:
    """A text of which XML 1.0 allows every character: what it forbids is shown as U+FFFD."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str, field: str, longest: int) -> str:
    """A text, trimmed. Raises Invalid, naming the field, where it is empty, too long or not one line."""
    text = text.strip()
    fault = None
    if not text:
        fault = "is empty"
    elif len(text) > longest:
        fault = f"is longer than {longest} characters"
    elif not is_one_line(text):
        fault = NOT_ONE_LINE
    if fault is not None:
        raise Invalid("text_invalid", f"The {field} {fault}.", {field: fault})
    return text
