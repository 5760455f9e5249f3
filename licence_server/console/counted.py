"""A list opened from a figure: which figure, of which kit and days. It stands in the address like any filter."""

from wtforms import HiddenField
from wtforms.validators import AnyOf, Optional

from licence_server.console.fields import day_field
from licence_server.console.kit_choices import kit_name
from licence_server.console.lists import FilterForm, period_of
from licence_server.console.written import day
from licence_server.domain.period import Period
from licence_server.services.counted_rows import INSTALLATION_FIGURES, ORGANISATION_FIGURES, Counted

TITLES = {
    "granted": "Organisations with a licence",
    "reporting": "Installations in touch",
    "silent": "Installations silent",
    "declined": "Installations declined",
    "missing": "Reports missing",
}


class CountedForm(FilterForm):
    """counted: the figure; without one the other three say nothing."""

    counted = HiddenField(validators=[Optional(), AnyOf([*ORGANISATION_FIGURES, *INSTALLATION_FIGURES])])
    kit = HiddenField()
    since = day_field("From")
    until = day_field("To")

    def figure(self) -> Counted | None:
        """The figure the list was opened from. Its days have to make a period: see `validate`."""
        if not self.counted.data:
            return None
        return Counted(self.counted.data, Period(self.since.data, self.until.data), self.kit.data or None)

    def validate(self, extra_validators: object = None) -> bool:
        """Also whether the days make a period."""
        return bool(super().validate(extra_validators)) and period_of(self, "since", "until") is not None


def in_words(counted: Counted, noun: str) -> str:
    """What is counted, and where. noun: of the list."""
    title = TITLES.get(counted.figure, f"{noun} activated")
    first, last = counted.period.first, counted.period.last
    if counted.figure == "missing":
        when = "as of now"
    elif first is None and last is None:
        when = "all time"
    else:
        when = f"{day(first) if first else 'the beginning'} to {day(last) if last else 'now'}"
    return f"{title}: {kit_name(counted.kit_id) if counted.kit_id else 'all kits'}, {when}"
