"""The part of a form that says what licence many organisations are to get."""

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from licence_server.console.fields import day_field, number_field
from licence_server.console.forms import Form
from licence_server.console.kit_choices import kit_choices
from licence_server.console.terms_fields import (
    check_in_days_field,
    grace_days_field,
    lease_days_field,
    seat_limit_field,
    terms_of,
)
from licence_server.domain.errors import Invalid
from licence_server.domain.licence import TRIAL_DAYS, Kind, LicenceTerms
from licence_server.services import bulk_batches
from licence_server.services.bulk_work import Grant
from licence_server.web import now, runtime

_LASTING = [
    SelectChoice("days", "A trial of some days from the first activation"),
    SelectChoice("until", "A trial with one common last day"),
    SelectChoice("full_until", "A full licence with one common last day"),
    SelectChoice("full", "A full licence without an end"),
]


NOTHING = "-"
"""Chosen in place of a kit: nothing is granted. No kit can be called so."""


class GrantForm(Form):
    """The defaults are those of the command line."""

    kit_id = SelectField("Kit", widget=GovSelect())
    lasting = RadioField("Kind of licence", widget=GovRadioInput(), choices=_LASTING, default="days")
    trial_days = number_field("Days of the trial", default=TRIAL_DAYS, description="183 days are six months.")
    until = day_field("Last day", "For licences with one common last day: the last day of use. For example, 31/3/2026")
    seat_limit = seat_limit_field()
    first = day_field(
        "First day", "Leave empty to begin now. Until this day the kit cannot be activated. For example, 31/3/2026"
    )
    lease_days = lease_days_field()
    grace_days = grace_days_field()
    check_in_days = check_in_days_field()
    tokens = BooleanField("Issue an activation token for each licence", widget=GovCheckboxInput(), default=True)

    def offer_kits(self, unchosen: str, *others: SelectChoice) -> None:
        """Offer the kits there are and the others. unchosen: the words that stand there before one was chosen."""
        self.kit_id.choices = [*kit_choices(unchosen), *others]

    def grant(self) -> Grant | None:
        """The grant that was chosen; None where none is to be. Raises Invalid, naming the fields."""
        if self.kit_id.data in ("", NOTHING):
            return None
        lasting = self.lasting.data
        dated = lasting in ("until", "full_until")
        if dated and self.until.data is None:
            raise Invalid("period_invalid", "", {"until": "Enter the last day"})
        chosen = Grant(
            kit_id=self.kit_id.data,
            kind=Kind.FULL if lasting in ("full", "full_until") else Kind.TRIAL,
            first=self.first.data,
            trial_days=(self.trial_days.data or TRIAL_DAYS) if lasting == "days" else None,
            until=self.until.data if dated else None,
            terms=LicenceTerms(**terms_of(self)),
            tokens=self.tokens.data,
        )
        bulk_batches.period_of(runtime(), chosen, now())
        return chosen
