"""A licence: its page, and what was just done to it."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.errors import error_page
from licence_server.console.lists import PAGE
from licence_server.console.pages import page
from licence_server.console.versions import VersionForm
from licence_server.domain.licence import Status
from licence_server.services import (
    installation_search,
    kits,
    licence_acts,
    licence_undo,
    licences,
    organisation_history,
    organisations,
    reach,
    token_standings,
)
from licence_server.services.installation_search import InstallationFilter
from licence_server.services.licences import LicenceView
from licence_server.web import now, runtime

Answer = Response | Redirect

_RECENT = 10

# What a click may take back, by the word for what was done.
_UNDO: dict[str, Callable[..., LicenceView]] = {
    "suspended": licence_acts.reinstate,
    "reinstated": licence_acts.suspend,
    "extended": licence_undo.undo_extension,
    "terms_changed": licence_undo.undo_terms,
}


class UndoForm(VersionForm):
    """A button and nothing else."""


@blueprint.get("/licences/<uuid:licence_id>")
def licence(licence_id: UUID) -> Response:
    """Its state, terms, tokens, installations and history; right after an act, the offer to undo it."""
    view = licences.get(runtime(), licence_id, now=now())
    held = InstallationFilter(licence_id=licence_id)
    # A note of an act is shown only as long as nothing else has happened to the licence since.
    done = request.args.get("done") if request.args.get("version") == str(view.licence.version) else None
    return page(
        "licence.html",
        view=view,
        organisation=organisations.get(runtime(), view.licence.organisation_id),
        kit=kits.get(runtime(), view.licence.kit_id),
        impact=reach.impact_of_licence(runtime(), licence_id, now=now()),
        tokens=token_standings.of_licence(runtime(), licence_id, now=now(), limit=PAGE),
        installation_count=installation_search.count(runtime(), held, now=now()),
        history=organisation_history.of_licence(runtime(), licence_id, limit=_RECENT),
        acts=acts_for(view),
        done=done,
        undo=UndoForm(version=str(view.licence.version)) if done in _UNDO else None,
    )


@blueprint.post("/licences/<uuid:licence_id>/undo/<done>")
def undo_licence_act(licence_id: UUID, done: str) -> Answer:
    """Take back what was done a moment ago, unless something else has happened since."""
    form = UndoForm()
    licences.get(runtime(), licence_id, now=now())
    if done not in _UNDO or not form.validate_on_submit():
        return error_page(422, "undo_invalid", "This is nothing that can be undone.")
    act = {
        "now": now(),
        "actor": gate.member().actor,
        "version": form.seen(),
        "reason": f"Undone: {done.replace('_', ' ')} by mistake",
    }
    outcome = form.once(lambda: {"version": _UNDO[done](runtime(), licence_id, **act).licence.version})
    return redirect(url_for("console.licence", licence_id=licence_id, done="undone", version=outcome["version"]))


def acts_for(view: LicenceView) -> tuple[str, ...]:
    """The names of the views that make sense for a licence as it is now."""
    if view.status is Status.REVOKED:
        return ()
    unlimited = view.licence.ends_at is None and view.licence.trial_days is None
    return (
        "issue_token",
        *(() if unlimited else ("extend_licence",)),
        "change_terms",
        "reinstate_licence" if view.status is Status.SUSPENDED else "suspend_licence",
        "revoke_licence",
    )
