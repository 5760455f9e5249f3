"""What may stand in the details of an organisation.

* name: 1 to 200 characters. contact_email: at most 254, one address of the shape local@domain.
  sector, reference: at most 100. White space around them does not count; empty is the same as none.
* Text is one line: no control characters, no lone surrogates.
"""

import re
from collections.abc import Mapping

from licence_server.domain.errors import Invalid
from licence_server.domain.text import NOT_ONE_LINE, is_one_line

LENGTHS = {"name": 200, "contact_email": 254, "sector": 100, "reference": 100}

# Deliberately coarse: whether an address works only its owner can tell.
_PLAIN = r"@\s,;<>()\"\x00-\x1f\x7f-\x9f"
EMAIL = rf"[^{_PLAIN}]+@[^{_PLAIN}]+\.[^.{_PLAIN}]+"

_EMAIL = re.compile(EMAIL)


def details_of(raw: Mapping[str, str | None]) -> dict[str, str | None]:
    """The four details, trimmed. Raises Invalid naming every field that is wrong."""
    details = {field: (raw.get(field) or "").strip() or None for field in LENGTHS}
    faults = {field: fault for field, value in details.items() if (fault := _fault(field, value)) is not None}
    if faults:
        sentence = "; ".join(f"{field} {fault}" for field, fault in faults.items())
        raise Invalid("organisation_invalid", f"{sentence}.", faults)
    return details


def email_of(raw: str | None) -> str | None:
    """An e-mail address, trimmed. Raises Invalid where it is none."""
    address = (raw or "").strip() or None
    if (fault := _fault("contact_email", address)) is not None:
        raise Invalid("email_invalid", f"The address given {fault}.", {"email": fault})
    return address


def _fault(field: str, value: str | None) -> str | None:
    if value is None:
        return "is missing" if field == "name" else None
    if len(value) > LENGTHS[field]:
        return f"is longer than {LENGTHS[field]} characters"
    if not is_one_line(value):
        return NOT_ONE_LINE
    if field == "contact_email" and _EMAIL.fullmatch(value) is None:
        return "is not an e-mail address"
    return None
