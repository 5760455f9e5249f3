"""The password again, before acts that cannot be undone or that others depend on.

A page sends to the question and comes back. A form that was sent too late is kept in the question itself, as
hidden fields: with the right password the same request goes on to its view, so nothing typed is lost. What no
page may repeat (a password, a code, a key) is not kept: such a form is opened anew.
"""

from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.forms import Form, button, password_field
from licence_server.console.pages import page
from licence_server.console.rights import RIGHTS
from licence_server.console.sign_in import refused
from licence_server.domain.errors import Refused, TooManyRequests
from licence_server.services import sign_in as services
from licence_server.web import now, runtime

Answer = Response | Redirect


class ProveForm(Form):
    password = password_field("Password", "Enter your password")
    submit = button("Go on")

    def kept(self) -> list[tuple[str, str]]:
        """What another form sent, to be sent once more."""
        return [(name, value) for name, value in request.form.items(multi=True) if name not in self]


# Runs behind the gate, which registered itself first.
@blueprint.before_request
def ask_again() -> Answer | None:
    """Let pass where the password is not needed or was given lately, or with this form; else ask for it."""
    right = RIGHTS[gate.view_name()]
    if not right.fresh or now() < gate.member().fresh_until:
        return None
    if request.method != "POST" or right.secret:
        return redirect(url_for("console.prove_again", next=gate.here()))
    form = ProveForm()
    if form.password.data is None:
        return page("prove_again.html", form=form, kept=form.kept())
    if not form.validate():
        return page("prove_again.html", 422, form=form, kept=form.kept())
    return _refusal(form, kept=form.kept())


@blueprint.route("/again", methods=["GET", "POST"])
def prove_again() -> Answer:
    """The password once more."""
    form = ProveForm()
    if form.validate_on_submit():
        return _refusal(form) or redirect(gate.next_page())
    return page("prove_again.html", 422 if form.errors else 200, form=form)


def _refusal(form: ProveForm, **values: Any) -> Response | None:
    """The question again, where the password was not taken."""
    try:
        services.prove_again(runtime(), gate.member(), form.password.data, now=now())
    except (Refused, TooManyRequests) as error:
        return refused("prove_again.html", form, error, **values)
    return None
