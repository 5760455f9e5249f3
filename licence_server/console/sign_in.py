"""Sign in and out: password, code, invitation."""

from typing import Any

from flask import Response, redirect, request, session, url_for
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from werkzeug.wrappers import Response as Redirect
from wtforms import StringField
from wtforms.validators import InputRequired

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.forms import Form, button, new_password_field, password_field
from licence_server.console.pages import page
from licence_server.domain.errors import Invalid, Refused, TooManyRequests
from licence_server.services import second_factor
from licence_server.services import sign_in as services
from licence_server.services.sign_in import Visitor
from licence_server.web import now, runtime

Answer = Response | Redirect


class SignInForm(Form):
    email = StringField(
        "E-mail address",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your e-mail address")],
        render_kw={"autocomplete": "username", "type": "email", "spellcheck": "false"},
    )
    password = password_field("Password", "Enter your password")
    submit = button("Sign in")


class CodeForm(Form):
    code = StringField(
        "Code",
        widget=GovTextInput(),
        description="Six digits from your authenticator app, or one of your recovery codes.",
        validators=[InputRequired("Enter the code")],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )
    submit = button("Go on")


class InvitationForm(Form):
    password = new_password_field("Choose a password")
    submit = button("Set the password and sign in")


def visitor() -> Visitor:
    """Who this request comes from."""
    return Visitor(request.remote_addr, request.user_agent.string or "unknown")


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Answer:
    """E-mail address and password."""
    form = SignInForm()
    if form.validate_on_submit():
        try:
            secret = services.sign_in(runtime(), form.email.data, form.password.data, visitor(), now=now())
        except (Refused, TooManyRequests) as error:
            return refused("sign_in.html", form, error)
        return _enter(secret)
    return page("sign_in.html", 422 if form.errors else 200, form=form)


@blueprint.route("/code", methods=["GET", "POST"])
def give_code() -> Answer:
    """The second factor."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            second_factor.give(runtime(), gate.member(), form.code.data, now=now())
        except (Refused, TooManyRequests) as error:
            return refused("code.html", form, error)
        return redirect(gate.next_page())
    return page("code.html", 422 if form.errors else 200, form=form)


@blueprint.route("/invitation/<invitation>", methods=["GET", "POST"])
def invitation(invitation: str) -> Answer:
    """Follow an invitation: choose the first password."""
    invited = services.find_invited(runtime(), invitation, now=now())
    form = InvitationForm()
    if form.validate_on_submit():
        try:
            secret = services.accept_invitation(runtime(), invitation, form.password.data, visitor(), now=now())
        except Invalid as error:
            form.take(error)
        else:
            return _enter(secret)
    return page("invitation.html", 422 if form.errors else 200, form=form, email=invited.email)


@blueprint.post("/sign-out")
def sign_out() -> Redirect:
    """End this session."""
    services.sign_out(runtime(), gate.member(), now=now())
    session.clear()
    return redirect(url_for("console.sign_in"))


def _enter(secret: str) -> Redirect:
    """A new cookie: nothing of an earlier one is kept (session fixation)."""
    session.clear()
    session[gate.SECRET] = secret
    return redirect(gate.next_page())


def refused(template: str, form: Form, error: Refused | TooManyRequests, **values: Any) -> Response:
    """The form again, with why a secret was not taken."""
    detail, status = error.detail, 403
    if isinstance(error, TooManyRequests):
        detail, status = f"{detail} Try again in {error.retry_after} seconds.", 429
    form.form_errors = [detail]
    response = page(template, status, form=form, **values)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after)
    return response
