"""The four terms of a licence, for every form that grants one or changes them. Their bounds are domain/licence.py's."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms.validators import InputRequired

from licence_server.console.fields import WholeNumberField, number_field
from licence_server.domain.licence import LicenceTerms

_DEFAULT = LicenceTerms()
TERMS = tuple(vars(_DEFAULT))


def seat_limit_field() -> WholeNumberField:
    """On how many PCs; empty for any number."""
    return number_field("Seats", description="On how many PCs at once. Leave empty for no limit.")


def lease_days_field() -> WholeNumberField:
    """The length of a lease."""
    return number_field(
        "Days a kit runs without contact",
        default=_DEFAULT.lease_days,
        validators=[InputRequired("Enter the days a kit runs without contact")],
    )


def grace_days_field() -> WholeNumberField:
    """The grace after a lease."""
    return number_field(
        "Days of grace after that",
        description="The kit still runs, and asks to be connected.",
        default=_DEFAULT.grace_days,
        validators=[InputRequired("Enter the days of grace, 0 for none")],
    )


def check_in_days_field() -> WholeNumberField:
    """The check-in interval."""
    return number_field(
        "Days without contact after which an installation counts as silent",
        description="It also counts as silent from its activation until its first contact.",
        default=_DEFAULT.check_in_days,
        validators=[InputRequired("Enter the days after which an installation counts as silent")],
    )


def terms_of(form: FlaskForm) -> dict[str, Any]:
    """What was entered in a form that has all four, by the names of `LicenceTerms`."""
    return {name: form[name].data for name in TERMS}
