"""The chain of the audit log: verify it, compare it with a head that was noted earlier."""

from flask import Response
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.forms import Form, button
from licence_server.console.pages import page
from licence_server.domain.audit_chain import Head
from licence_server.domain.errors import Invalid
from licence_server.services import audit, audit_checks
from licence_server.web import now, runtime


class ChainForm(Form):
    head = StringField(
        "Compare with a head you noted earlier (optional)",
        widget=GovTextInput(),
        description="It shows whether the end of the log was cut off since. Example: 120:9f86d081…",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    submit = button("Verify now")

    def noted(self) -> Head | None:
        """Raises Invalid."""
        typed = "".join((self.head.data or "").split())
        return Head.parse(typed) if typed else None


@blueprint.route("/audit/chain", methods=["GET", "POST"])
def audit_chain() -> Response:
    """Where the chain ends; a POST walks it from its first entry."""
    form, found, noted, status = ChainForm(), None, None, 200
    if form.validate_on_submit():
        try:
            noted = form.noted()
        except Invalid as error:
            form.head.errors, status = [error.detail], 422
        else:
            found = audit_checks.check(runtime(), now=now(), actor=gate.member().actor, noted=noted)
    return page(
        "audit_chain.html",
        status,
        form=form,
        found=found,
        noted=noted,
        head=audit.read_head(runtime()),
        last=audit_checks.read_last(runtime()),
    )
