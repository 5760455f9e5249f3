"""API keys of the team's own programs: list, create, revoke."""

from uuid import UUID

from flask import Response, redirect, url_for
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovTextInput
from werkzeug.wrappers import Response as Redirect
from wtforms import SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.forms import ButtonForm, OnceForm, button
from licence_server.console.pages import page
from licence_server.domain.errors import Invalid
from licence_server.domain.scopes import Scope
from licence_server.domain.text import one_line
from licence_server.services import api_keys as services
from licence_server.web import now, runtime

Answer = Response | Redirect

LONGEST = 100

SCOPES = {
    Scope.READ: "Read organisations, kits, licences, activation tokens, installations and the audit log",
    Scope.LICENCES_WRITE: "Change organisations, kits, licences, activation tokens and installations",
    Scope.REPORTS_READ: "Read usage figures",
    Scope.ADMIN: "Everything",
}


class KeyForm(OnceForm):
    name = StringField(
        "Name",
        widget=GovTextInput(),
        description="Which program it is for, so that you know later what stops when you revoke the key.",
        validators=[InputRequired("Enter a name")],
        render_kw={"autocomplete": "off"},
    )
    scopes = SelectMultipleField(
        "What the program may do",
        widget=GovCheckboxesInput(),
        choices=[SelectChoice(scope.value, text) for scope, text in SCOPES.items()],
        description="Choose no more than it needs.",
        validators=[DataRequired("Choose what the program may do")],
    )
    submit = button("Create the key")


@blueprint.get("/api-keys")
def api_keys() -> Response:
    """Every key, revoked ones last."""
    keys = sorted(services.list_all(runtime()), key=lambda key: key.revoked_at is not None)
    scopes = {scope.value: text for scope, text in SCOPES.items()}
    return page("api_keys.html", keys=keys, scopes=scopes)


@blueprint.route("/api-keys/create", methods=["GET", "POST"])
def create_api_key() -> Answer:
    """A new key, shown once."""
    form = KeyForm()
    if form.validate_on_submit():
        try:
            name = one_line(form.name.data, "name", LONGEST)
        except Invalid as error:
            form.take(Invalid(error.code, error.detail, {"name": error.detail}))
        else:
            scopes = [Scope(scope) for scope in form.scopes.data]
            return page("api_key_created.html", **form.once(lambda: _create(name, scopes)))
    return page("create_api_key.html", 422 if form.errors else 200, form=form)


@blueprint.route("/api-keys/<uuid:key_id>/revoke", methods=["GET", "POST"])
def revoke_api_key(key_id: UUID) -> Answer:
    """End a key at once."""
    key, form = services.get(runtime(), key_id), ButtonForm()
    if form.validate_on_submit():
        form.once(lambda: _revoke(key_id))
        return redirect(url_for("console.api_keys"))
    return page("revoke_api_key.html", form=form, key=key)


def _create(name: str, scopes: list[Scope]) -> dict[str, str]:
    created = services.create(runtime(), now=now(), actor=gate.member().actor, name=name, scopes=scopes)
    return {"name": name, "secret": created.secret}


def _revoke(key_id: UUID) -> dict[str, str]:
    services.revoke(runtime(), key_id, now=now(), actor=gate.member().actor)
    return {}
