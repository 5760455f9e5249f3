"""Grant a licence to an organisation."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from werkzeug.wrappers import Response as Redirect
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.fields import day_field, number_field, reason_field
from licence_server.console.forms import OnceForm, button
from licence_server.console.kit_choices import known_kits
from licence_server.console.pages import page
from licence_server.console.terms_fields import (
    check_in_days_field,
    grace_days_field,
    lease_days_field,
    seat_limit_field,
    terms_of,
)
from licence_server.domain.errors import Invalid
from licence_server.domain.licence import TRIAL_DAYS, Kind, LicenceTerms
from licence_server.services import licences, organisations
from licence_server.web import now, runtime

Answer = Response | Redirect

_KINDS = [
    SelectChoice(Kind.TRIAL.value, "Trial"),
    SelectChoice(Kind.FULL.value, "Full licence"),
]
_ENDS = [
    SelectChoice("days", "A number of days from the first activation"),
    SelectChoice("until", "On one day, whenever it is activated"),
    SelectChoice("never", "It does not end (full licences only)"),
]


class GrantLicenceForm(OnceForm):
    kit = RadioField("Kit", widget=GovRadioInput(), validators=[InputRequired("Choose a kit")])
    kind = RadioField("Kind", widget=GovRadioInput(), choices=_KINDS, default=Kind.TRIAL.value)
    first = day_field("First day (optional)", "Until then the licence is pending. Empty: it begins now.")
    end = RadioField("How it ends", widget=GovRadioInput(), choices=_ENDS, default="days")
    trial_days = number_field("Number of days", default=TRIAL_DAYS)
    until = day_field("Last day", "For example, 31/3/2026. Only where it ends on one day.")
    seat_limit = seat_limit_field()
    lease_days = lease_days_field()
    grace_days = grace_days_field()
    check_in_days = check_in_days_field()
    reason = reason_field(required=False)
    submit = button("Grant the licence")

    def period(self) -> dict[str, Any]:
        """What the service is told of its dates. Raises Invalid."""
        if self.end.data == "days" and self.trial_days.data is None:
            raise Invalid("period_invalid", "", {"trial_days": "Enter the number of days"})
        if self.end.data == "until" and self.until.data is None:
            raise Invalid("period_invalid", "", {"until": "Enter the last day"})
        if self.end.data == "never" and self.kind.data == Kind.TRIAL.value:
            raise Invalid("period_invalid", "", {"end": "A trial has to end: choose how"})
        return {
            "first": self.first.data,
            "trial_days": self.trial_days.data if self.end.data == "days" else None,
            "until": self.until.data if self.end.data == "until" else None,
        }


@blueprint.route("/organisations/<uuid:organisation_id>/grant", methods=["GET", "POST"])
def grant_licence(organisation_id: UUID) -> Answer:
    """Grant a licence to an organisation."""
    organisation = organisations.get(runtime(), organisation_id)
    known = known_kits()
    form = GrantLicenceForm()
    form.kit.choices = [SelectChoice(kit.id, kit.name) for kit in known]
    if len(known) == 1:
        form.kit.data = form.kit.data or known[0].id
    if form.validate_on_submit():
        try:
            outcome = form.once(lambda: _grant(organisation_id, form))
        except Invalid as error:
            form.take(Invalid(error.code, error.detail, _renamed(error.errors)))
        else:
            return redirect(url_for("console.licence", **outcome, done="granted"))
    return page("grant.html", 422 if form.errors else 200, form=form, organisation=organisation, kits=known)


def _grant(organisation_id: UUID, form: GrantLicenceForm) -> dict[str, object]:
    view = licences.grant(
        runtime(),
        now=now(),
        actor=gate.member().actor,
        organisation_id=organisation_id,
        kit_id=form.kit.data,
        kind=Kind(form.kind.data),
        terms=LicenceTerms(**terms_of(form)),
        reason=form.reason.data or None,
        **form.period(),
    )
    return {"licence_id": str(view.licence.id), "version": view.licence.version}


def _renamed(errors: dict[str, str]) -> dict[str, str]:
    """The rules call the first day `from`."""
    return {"first" if name == "from" else name: fault for name, fault in errors.items()}
