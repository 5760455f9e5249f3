"""Grant a licence; revoke all licences of an organisation."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from werkzeug.wrappers import Response as Redirect
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.fields import SEATS_HINT, UNTIL_HEARD, day_field, number_field, reason_field
from licence_server.console.forms import OnceForm, button
from licence_server.console.kit_choices import known_kits
from licence_server.console.pages import page
from licence_server.domain.errors import Conflict, Invalid, Stale
from licence_server.domain.licence import TRIAL_DAYS, Kind, LicenceTerms
from licence_server.services import licence_endings, licences, organisations, reach
from licence_server.services.licence_endings import Seen
from licence_server.web import now, runtime

Answer = Response | Redirect

_DEFAULT = LicenceTerms()
_KINDS = [
    SelectChoice(Kind.TRIAL.value, "Trial"),
    SelectChoice(Kind.FULL.value, "Full licence"),
]
_ENDS = [
    SelectChoice("days", "A number of days from the first activation"),
    SelectChoice("until", "On one day, whenever it is activated"),
    SelectChoice("never", "It does not end (full licences only)"),
]


class GrantForm(OnceForm):
    kit = RadioField("Kit", widget=GovRadioInput(), validators=[InputRequired("Choose a kit")])
    kind = RadioField("Kind", widget=GovRadioInput(), choices=_KINDS, default=Kind.TRIAL.value)
    first = day_field("First day (optional)", "Until then the licence is pending. Empty: it begins now.")
    end = RadioField("How it ends", widget=GovRadioInput(), choices=_ENDS, default="days")
    trial_days = number_field("Number of days", default=TRIAL_DAYS)
    until = day_field("Last day", "For example, 31/3/2026. Only where it ends on one day.")
    seat_limit = number_field("Seats", description=SEATS_HINT)
    lease_days = number_field(
        "Days a kit runs without contact",
        default=_DEFAULT.lease_days,
        validators=[InputRequired("Enter the days a kit runs without contact")],
    )
    grace_days = number_field(
        "Days of grace after that",
        description="The kit still runs, and asks to be connected.",
        default=_DEFAULT.grace_days,
        validators=[InputRequired("Enter the days of grace, 0 for none")],
    )
    check_in_days = number_field(
        "Days without contact after which an installation counts as silent",
        description=UNTIL_HEARD,
        default=_DEFAULT.check_in_days,
        validators=[InputRequired("Enter the days after which an installation counts as silent")],
    )
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


class RevokeAllForm(OnceForm):
    """seen: the licences the page showed, with their versions."""

    seen = HiddenField()
    reason = reason_field()

    def read(self) -> Seen:
        """Raises ValueError where the field was tampered with."""
        pairs = (pair.partition("=") for pair in (self.seen.data or "").split())
        return {UUID(identifier): int(version) for identifier, _, version in pairs}


@blueprint.route("/organisations/<uuid:organisation_id>/grant", methods=["GET", "POST"])
def grant_licence(organisation_id: UUID) -> Answer:
    """Grant a licence to an organisation."""
    organisation = organisations.get(runtime(), organisation_id)
    known = known_kits()
    form = GrantForm()
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


@blueprint.route("/organisations/<uuid:organisation_id>/revoke-all", methods=["GET", "POST"])
def revoke_all_licences(organisation_id: UUID) -> Answer:
    """End every licence of an organisation for good."""
    organisation = organisations.get(runtime(), organisation_id)
    form, status = RevokeAllForm(), 200
    if form.validate_on_submit():
        try:
            form.once(lambda: _revoke_all(organisation_id, form))
        except (Stale, ValueError):
            form.form_errors = ["The licences of this organisation have changed since you opened the page: look again"]
            form.seen.data, status = None, 412
        except Conflict as error:
            form.form_errors, status = [error.detail.removesuffix(".")], 409
        else:
            return redirect(url_for("console.organisation", organisation_id=organisation_id, done="all_revoked"))
    current = licence_endings.open_licences(runtime(), organisation_id)
    if form.seen.data is None:
        form.seen.data = " ".join(f"{identifier}={version}" for identifier, version in current.items())
    return page(
        "revoke_all.html",
        422 if form.errors and status == 200 else status,
        form=form,
        organisation=organisation,
        licences=len(current),
        impact=reach.impact_of_organisation(runtime(), organisation_id, now=now()),
    )


def _grant(organisation_id: UUID, form: GrantForm) -> dict[str, object]:
    terms = {name: form[name].data for name in vars(_DEFAULT)}
    view = licences.grant(
        runtime(),
        now=now(),
        actor=gate.member().actor,
        organisation_id=organisation_id,
        kit_id=form.kit.data,
        kind=Kind(form.kind.data),
        terms=LicenceTerms(**terms),
        reason=form.reason.data or None,
        **form.period(),
    )
    return {"licence_id": str(view.licence.id), "version": view.licence.version}


def _revoke_all(organisation_id: UUID, form: RevokeAllForm) -> dict[str, object]:
    ended = licence_endings.revoke_all(
        runtime(), organisation_id, form.read(), now=now(), actor=gate.member().actor, reason=form.reason.data
    )
    return {"licences": len(ended)}


def _renamed(errors: dict[str, str]) -> dict[str, str]:
    """The rules call the first day `from`."""
    return {"first" if name == "from" else name: fault for name, fault in errors.items()}
