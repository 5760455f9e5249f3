"""Members of the team: list, invite, change their role, invite again, remove."""

from uuid import UUID

from flask import Response, redirect, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextInput
from werkzeug.wrappers import Response as Redirect
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.forms import ButtonForm, OnceForm, button
from licence_server.console.pages import page
from licence_server.domain.errors import Conflict, Invalid
from licence_server.domain.roles import Role
from licence_server.services import people as services
from licence_server.web import now, runtime

Answer = Response | Redirect

_ROLES = [
    SelectChoice(Role.VIEWER.value, "Viewer: reads everything"),
    SelectChoice(Role.LICENSING_OFFICER.value, "Licensing officer: also grants, suspends, extends and revokes"),
    SelectChoice(Role.ADMINISTRATOR.value, "Administrator: also people, keys and settings"),
]


class InviteForm(OnceForm):
    email = StringField(
        "E-mail address",
        widget=GovTextInput(),
        validators=[InputRequired("Enter an e-mail address")],
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    role = RadioField("Role", widget=GovRadioInput(), choices=_ROLES, validators=[InputRequired("Choose a role")])
    submit = button("Make an invitation")


class RoleForm(OnceForm):
    role = RadioField("Role", widget=GovRadioInput(), choices=_ROLES, validators=[InputRequired("Choose a role")])
    submit = button("Change the role")


@blueprint.get("/people")
def people() -> Response:
    """Everyone, former members last."""
    members = sorted(services.list_all(runtime()), key=lambda person: (person.removed_at is not None, person.email))
    return page("people.html", people=members)


@blueprint.route("/people/invite", methods=["GET", "POST"])
def invite() -> Answer:
    """Invite somebody: the link is shown once, to be sent by hand."""
    form = InviteForm()
    if form.validate_on_submit():
        try:
            outcome = form.once(lambda: _invite(form.email.data, Role(form.role.data)))
        except (Invalid, Conflict) as error:
            form.take(error if isinstance(error, Invalid) else Invalid(error.code, error.detail))
        else:
            return page("invited.html", **outcome)
    return page("invite.html", 422 if form.errors else 200, form=form)


@blueprint.route("/people/<uuid:person_id>/invite-again", methods=["GET", "POST"])
def invite_again(person_id: UUID) -> Answer:
    """A new invitation for somebody who lost password or second factor."""
    form = ButtonForm()
    person = services.get(runtime(), person_id)
    if form.validate_on_submit():
        return page("invited.html", **form.once(lambda: _invite_again(person_id)))
    return page("invite_again.html", form=form, person=person)


@blueprint.route("/people/<uuid:person_id>/role", methods=["GET", "POST"])
def change_role(person_id: UUID) -> Answer:
    """Another role for a member."""
    person = services.get(runtime(), person_id)
    form = RoleForm(role=person.role)
    if form.validate_on_submit():
        try:
            services.change_role(runtime(), person_id, Role(form.role.data), now=now(), actor=gate.member().actor)
        except Conflict as error:
            form.take(Invalid(error.code, error.detail))
        else:
            return redirect(url_for("console.people"))
    return page("change_role.html", 422 if form.errors else 200, form=form, person=person)


@blueprint.route("/people/<uuid:person_id>/remove", methods=["GET", "POST"])
def remove_person(person_id: UUID) -> Answer:
    """End somebody's access."""
    person = services.get(runtime(), person_id)
    form = ButtonForm()
    if form.validate_on_submit():
        services.remove(runtime(), person_id, now=now(), actor=gate.member().actor)
        return redirect(url_for("console.people"))
    return page("remove_person.html", form=form, person=person)


def _invite(email: str, role: Role) -> dict[str, str]:
    admitted = services.invite(runtime(), email, role, now=now(), actor=gate.member().actor)
    return {"email": admitted.person.email, "link": _link(admitted.secret)}


def _invite_again(person_id: UUID) -> dict[str, str]:
    admitted = services.invite_again(runtime(), person_id, now=now(), actor=gate.member().actor)
    return {"email": admitted.person.email, "link": _link(admitted.secret)}


def _link(secret: str) -> str:
    return runtime().config.public_url + url_for("console.invitation", invitation=secret)
