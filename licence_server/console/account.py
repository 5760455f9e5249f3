"""One's own account: password, second factor, recovery codes, sessions."""

from uuid import UUID

import segno
from flask import Response, redirect, url_for
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovTextInput
from werkzeug.wrappers import Response as Redirect
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.forms import ButtonForm, Form, OnceForm, button, new_password_field
from licence_server.console.pages import page
from licence_server.domain.errors import Invalid, Refused, TooManyRequests
from licence_server.services import person_sessions, second_factor
from licence_server.services import sign_in as services
from licence_server.web import now, runtime

Answer = Response | Redirect


class PasswordForm(Form):
    password = new_password_field("New password")
    again = PasswordField(
        "The same password again",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter the password again"), EqualTo("password", "The two are not the same")],
        render_kw={"autocomplete": "new-password"},
    )
    submit = button("Set the password")


class EnrolForm(OnceForm):
    code = StringField(
        "Code",
        widget=GovTextInput(),
        description="The six digits that the app shows now.",
        validators=[InputRequired("Enter the code")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )
    submit = button("Set up the second factor")


@blueprint.get("/account")
def account() -> Response:
    """Who one is, and where one is signed in."""
    member = gate.member()
    return page(
        "account.html",
        form=ButtonForm(),
        sessions=person_sessions.list_of(runtime(), member.id, now=now()),
        recovery_codes=second_factor.count_recovery_codes(runtime(), member),
    )


@blueprint.route("/account/password", methods=["GET", "POST"])
def choose_password() -> Answer:
    """Set a new password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            services.choose_password(runtime(), gate.member(), form.password.data, now=now())
        except Invalid as error:
            form.take(error)
        else:
            return redirect(gate.next_page())
    return page("password.html", 422 if form.errors else 200, form=form)


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
def enrol() -> Answer:
    """Set up an authenticator app; ends with the recovery codes."""
    form, status = EnrolForm(), 200
    if form.validate_on_submit():
        try:
            codes = second_factor.confirm(runtime(), gate.member(), form.code.data, form.once, now=now())
        except (Refused, TooManyRequests) as error:
            form.form_errors, status = [error.detail], 403
        else:
            return page("recovery_codes.html", codes=codes, onward=gate.next_page())
    elif form.errors:
        status = 422
    enrolment = second_factor.enrol(runtime(), gate.member())
    picture = segno.make(enrolment.address).svg_data_uri(scale=5, border=4)
    return page("enrol.html", status, form=form, secret=enrolment.secret, picture=picture)


@blueprint.route("/account/recovery-codes", methods=["GET", "POST"])
def recovery_codes() -> Answer:
    """New recovery codes; the old ones end."""
    form = ButtonForm()
    if form.validate_on_submit():
        # Once: the codes of a second click would end those that the first one shows.
        shown = form.once(lambda: {"codes": second_factor.renew_recovery_codes(runtime(), gate.member(), now=now())})
        return page("recovery_codes.html", **shown, onward=url_for("console.account"))
    return page("renew_recovery_codes.html", form=form)


@blueprint.post("/account/sessions/<uuid:session_id>/end")
def end_session(session_id: UUID) -> Redirect:
    """Sign another of one's browsers out."""
    member = gate.member()
    person_sessions.end(runtime(), session_id, person_id=member.id, now=now(), actor=member.actor)
    return redirect(url_for("console.account"))
