"""Revoke all licences of an organisation."""

from uuid import UUID

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as Redirect
from wtforms import HiddenField

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.fields import reason_field
from licence_server.console.forms import OnceForm
from licence_server.console.pages import page
from licence_server.domain.errors import Conflict, Stale
from licence_server.services import licence_endings, organisations, reach
from licence_server.services.licence_endings import Seen
from licence_server.web import now, runtime


class RevokeAllForm(OnceForm):
    """seen: the licences the page showed, with their versions."""

    seen = HiddenField()
    reason = reason_field()

    def read(self) -> Seen:
        """Raises ValueError where the field was tampered with."""
        pairs = (pair.partition("=") for pair in (self.seen.data or "").split())
        return {UUID(identifier): int(version) for identifier, _, version in pairs}


@blueprint.route("/organisations/<uuid:organisation_id>/revoke-all", methods=["GET", "POST"])
def revoke_all_licences(organisation_id: UUID) -> Response | Redirect:
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


def _revoke_all(organisation_id: UUID, form: RevokeAllForm) -> dict[str, object]:
    ended = licence_endings.revoke_all(
        runtime(), organisation_id, form.read(), now=now(), actor=gate.member().actor, reason=form.reason.data
    )
    return {"licences": len(ended)}
