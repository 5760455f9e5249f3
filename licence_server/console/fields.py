"""Fields that forms share: a day, a whole number, a reason. What was typed stays, even where it cannot be read."""

import re
from datetime import date, datetime
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField
from wtforms.validators import InputRequired, ValidationError

from licence_server.domain.errors import Invalid
from licence_server.domain.text import one_line

MAX_REASON = 2000

_PATTERNS = ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d.%m.%Y", "%d-%m-%Y")


class DayField(StringField):  # type: ignore[misc]
    """A day in one box, in any of the ways people here write it; `data` is a date or None."""

    data: Any
    widget = GovTextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = " ".join(valuelist[0].split()) if valuelist else ""
        self.data = None
        if not typed:
            return
        for pattern in _PATTERNS:
            try:
                self.data = datetime.strptime(typed, pattern).date()  # noqa: DTZ007 (a day has no zone)
            except ValueError:
                continue
            return
        raise ValueError(f"{self.label.text} must be a day, such as 31/3/2026")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return written(self.data) if self.data is not None else ""


class WholeNumberField(StringField):  # type: ignore[misc]
    """A whole number; `data` is an int or None."""

    data: Any
    widget = GovTextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        # Nine digits are beyond every bound of ours, and within what every database takes.
        if re.fullmatch(r"[0-9]{1,9}", typed) is None:
            raise ValueError(f"{self.label.text} must be a whole number, such as 30")
        self.data = int(typed)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


def written(day: date) -> str:
    """A day as people type it."""
    return f"{day.day}/{day.month}/{day.year}"


def number_field(label: str, **arguments: Any) -> WholeNumberField:
    """A box for a whole number, as wide as one; its bounds are a rule, which the service knows."""
    return WholeNumberField(
        label, render_kw={"inputmode": "numeric", "spellcheck": "false", "params": _NARROW}, **arguments
    )


def day_field(label: str, hint: str = "For example, 31/3/2026", **arguments: Any) -> DayField:
    """A box for a day."""
    return DayField(label, description=hint, render_kw={"autocomplete": "off", "params": _NARROW}, **arguments)


def reason_field(*, required: bool = True) -> StringField:
    """Why, for the history."""
    return StringField(
        "Reason" if required else "Reason (optional)",
        widget=GovTextInput(),
        description="Kept in the history for good. Please name no people.",
        validators=[*([InputRequired("Give a reason")] if required else []), _fits],
        render_kw={"autocomplete": "off"},
    )


_NARROW = {"classes": "govuk-input--width-10"}


def _fits(_form: Any, field: Any) -> None:
    if not field.data:
        return
    try:
        field.data = one_line(field.data, "reason", MAX_REASON)
    except Invalid as error:
        raise ValidationError(error.detail) from None
