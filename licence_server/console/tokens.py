"""Activation tokens: issue one, with the letter that takes it to the trainer; revoke one."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import segno
from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.fields import day_field, number_field, reason_field
from licence_server.console.forms import OnceForm, button
from licence_server.console.licence import acts_for
from licence_server.console.pages import page
from licence_server.domain.dates import day_of
from licence_server.domain.errors import Conflict, Invalid
from licence_server.services import activation_tokens as services
from licence_server.services import kits, licences, organisations, token_standings
from licence_server.web import now, runtime

Answer = Response | Redirect


class IssueForm(OnceForm):
    uses = number_field("Activations (optional)", description="How many it allows. Leave empty for any number.")
    until = day_field("Last day (optional)", "For example, 31/3/2026. Leave empty for as long as the licence runs.")
    submit = button("Issue the token")


class RevokeForm(OnceForm):
    reason = reason_field()
    submit = button("Revoke the token")


@blueprint.route("/licences/<uuid:licence_id>/tokens/issue", methods=["GET", "POST"])
def issue_token(licence_id: UUID) -> Answer:
    """Issue a token; the answer shows it this once, on a letter to print."""
    view = licences.get(runtime(), licence_id, now=now())
    if request.method == "GET" and "issue_token" not in acts_for(view):
        return redirect(url_for("console.licence", licence_id=licence_id))
    organisation = organisations.get(runtime(), view.licence.organisation_id)
    kit = kits.get(runtime(), view.licence.kit_id)
    form = IssueForm()
    if form.validate_on_submit():
        try:
            issued = form.once(lambda: _issue(licence_id, form))
        except Invalid as error:
            form.take(error)
        except Conflict as error:
            form.take(Invalid(error.code, error.detail))
        else:
            return page("token_issued.html", view=view, organisation=organisation, kit=kit, **_shown(issued))
    return page("issue_token.html", 422 if form.errors else 200, form=form, view=view, organisation=organisation)


@blueprint.route("/tokens/<uuid:token_id>/revoke", methods=["GET", "POST"])
def revoke_token(token_id: UUID) -> Answer:
    """End a token; what it activated goes on."""
    token = services.get(runtime(), token_id)
    view = licences.get(runtime(), token.licence_id, now=now())
    if request.method == "GET" and not token_standings.is_revocable(token, view.licence):
        return redirect(url_for("console.licence", licence_id=token.licence_id))
    form = RevokeForm()
    if form.validate_on_submit():
        try:
            form.once(lambda: _revoke(token_id, form.reason.data))
        except Conflict as error:
            form.take(Invalid(error.code, error.detail))
        else:
            return redirect(url_for("console.licence", licence_id=token.licence_id))
    organisation = organisations.get(runtime(), view.licence.organisation_id)
    return page("revoke_token.html", 422 if form.errors else 200, form=form, token=token, organisation=organisation)


def _issue(licence_id: UUID, form: IssueForm) -> dict[str, Any]:
    issued = services.issue(
        runtime(),
        licence_id,
        now=now(),
        actor=gate.member().actor,
        uses=form.uses.data,
        until=form.until.data,
    )
    ends_at = issued.token.expires_at
    last = day_of(ends_at - timedelta(seconds=1), runtime().timezone).isoformat() if ends_at is not None else None
    return {"secret": issued.secret, "uses": issued.token.uses_limit, "until": last}


def _shown(issued: dict[str, Any]) -> dict[str, Any]:
    """What the letter says. The picture holds the token alone, in the letters QR codes know by heart."""
    picture = segno.make(issued["secret"], error="m", micro=False).svg_data_uri(scale=4, border=4)
    until = date.fromisoformat(issued["until"]) if issued["until"] else None
    return {"secret": issued["secret"], "uses": issued["uses"], "until": until, "picture": picture}


def _revoke(token_id: UUID, reason: str) -> dict[str, Any]:
    services.revoke(runtime(), token_id, now=now(), actor=gate.member().actor, reason=reason)
    return {}
