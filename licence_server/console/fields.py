"""Fields that say in plain words what is wrong with what was typed."""

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import DateField, IntegerField
from wtforms.validators import NumberRange, Optional


class WholeNumber(IntegerField):  # type: ignore[misc]
    """A whole number within bounds; may be left empty."""

    def __init__(self, label: str, low: int, high: int, **arguments: Any) -> None:
        bounds = NumberRange(low, high, f"Enter a whole number from {low:,} to {high:,}")
        keys = {"inputmode": "numeric", "spellcheck": "false"}
        super().__init__(label, widget=GovTextInput(), validators=[Optional(), bounds], render_kw=keys, **arguments)
        self._unreadable = bounds.message

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self._unreadable) from None


class Day(DateField):  # type: ignore[misc]
    """A day; may be left empty. The browser offers its own calendar."""

    def __init__(self, label: str, **arguments: Any) -> None:
        super().__init__(label, widget=GovTextInput(), validators=[Optional()], render_kw={"type": "date"}, **arguments)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Enter a day, such as 2027-03-31") from None
