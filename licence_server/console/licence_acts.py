"""What can be done to a licence: suspend, reinstate, extend, change its terms, revoke. Each says why."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect
from wtforms.validators import InputRequired

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.fields import day_field, reason_field
from licence_server.console.licence import acts_for
from licence_server.console.pages import page
from licence_server.console.terms_fields import (
    TERMS,
    check_in_days_field,
    grace_days_field,
    lease_days_field,
    seat_limit_field,
    terms_of,
)
from licence_server.console.versions import Difference, VersionForm
from licence_server.domain.errors import Conflict, Invalid, Stale
from licence_server.services import licence_acts as services
from licence_server.services import licences, organisations, reach
from licence_server.services.licences import LicenceView
from licence_server.web import now, runtime

Answer = Response | Redirect
Act = Callable[[dict[str, Any]], LicenceView]


class ReasonForm(VersionForm):
    reason = reason_field()


class ExtendForm(VersionForm):
    until = day_field("New last day", validators=[InputRequired("Enter the new last day")])
    reason = reason_field()


class TermsForm(VersionForm):
    seat_limit = seat_limit_field()
    lease_days = lease_days_field()
    grace_days = grace_days_field()
    check_in_days = check_in_days_field()
    reason = reason_field()


@blueprint.route("/licences/<uuid:licence_id>/suspend", methods=["GET", "POST"])
def suspend_licence(licence_id: UUID) -> Answer:
    """Stop it for a while."""
    return _act(licence_id, ReasonForm(), "suspended", lambda why: services.suspend(runtime(), licence_id, **why))


@blueprint.route("/licences/<uuid:licence_id>/reinstate", methods=["GET", "POST"])
def reinstate_licence(licence_id: UUID) -> Answer:
    """End a suspension."""
    return _act(licence_id, ReasonForm(), "reinstated", lambda why: services.reinstate(runtime(), licence_id, **why))


@blueprint.route("/licences/<uuid:licence_id>/extend", methods=["GET", "POST"])
def extend_licence(licence_id: UUID) -> Answer:
    """Give it a later end."""
    form = ExtendForm()
    return _act(
        licence_id, form, "extended", lambda why: services.extend(runtime(), licence_id, form.until.data, **why)
    )


@blueprint.route("/licences/<uuid:licence_id>/terms", methods=["GET", "POST"])
def change_terms(licence_id: UUID) -> Answer:
    """Change seats, lease, grace or check-in."""
    form = TermsForm(obj=licences.get(runtime(), licence_id, now=now()).licence)

    def act(why: dict[str, Any]) -> LicenceView:
        return services.change_terms(runtime(), licence_id, terms_of(form), **why)

    return _act(licence_id, form, "terms_changed", act)


@blueprint.route("/licences/<uuid:licence_id>/revoke", methods=["GET", "POST"])
def revoke_licence(licence_id: UUID) -> Answer:
    """End it for good."""
    return _act(licence_id, ReasonForm(), "revoked", lambda why: services.revoke(runtime(), licence_id, **why))


def _act(licence_id: UUID, form: Any, done: str, act: Act) -> Answer:
    """Show what an act would do, do it once, or say why it was not done."""
    view = licences.get(runtime(), licence_id, now=now())
    if request.method == "GET" and gate.view_name() not in acts_for(view):
        return redirect(url_for("console.licence", licence_id=licence_id))
    if request.method == "GET":
        form.version.data = str(view.licence.version)
    status, differences = 200, []
    if form.validate_on_submit():
        try:
            outcome = form.once(lambda: {"version": act(_why(form)).licence.version})
        except Invalid as error:
            form.take(error)
        except Conflict as error:
            form.form_errors, status = [*form.form_errors, error.detail.removesuffix(".")], 409
        except Stale:
            view, status = licences.get(runtime(), licence_id, now=now()), 412
            differences = [
                Difference(form[name].label.text, getattr(view.licence, name), form[name].data)
                for name in TERMS
                if name in form
            ]
            form.accept(view.licence.version)
        else:
            version = outcome["version"]
            return redirect(url_for("console.licence", licence_id=licence_id, done=done, version=version))
    if form.errors and status == 200:
        status = 422
    return page(
        "licence_act.html",
        status,
        form=form,
        act=gate.view_name(),
        view=view,
        organisation=organisations.get(runtime(), view.licence.organisation_id),
        impact=reach.impact_of_licence(runtime(), licence_id, now=now()),
        differences=[one for one in differences if one.differs],
    )


def _why(form: Any) -> dict[str, Any]:
    return {"now": now(), "actor": gate.member().actor, "reason": form.reason.data, "version": form.seen()}
