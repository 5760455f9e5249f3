"""The keys that leases are signed with: what is in force, and a new signing key from the root key.

The root key and its passphrase pass through the memory of one request; neither is stored nor logged.
"""

from typing import Any

from flask import Response, redirect, url_for
from flask_wtf.file import FileField, FileRequired
from govuk_frontend_wtf.wtforms_widgets import GovFileInput
from werkzeug.wrappers import Response as Redirect

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.forms import OnceForm, button, password_field
from licence_server.console.pages import page
from licence_server.domain.errors import Refused, TooManyRequests
from licence_server.services import back_off
from licence_server.services import keys as services
from licence_server.web import now, runtime

Answer = Response | Redirect

# An encrypted P-256 key takes some five hundred bytes.
_LARGEST = 16_384
# Guesses at the passphrase are counted for the whole deployment, whoever makes them.
_ATTEMPTS = "root key"


class RotateForm(OnceForm):
    root_key = FileField(
        "The root key",
        widget=GovFileInput(),
        description="The file root-key.pem, as you keep it in the safe. It is read and not kept.",
        validators=[FileRequired("Choose the file of the root key")],
    )
    passphrase = password_field("Its passphrase", "Enter the passphrase of the root key", autocomplete="off")
    submit = button("Put a new signing key in force")


@blueprint.get("/signing-keys")
def signing_keys() -> Response:
    """Root, signing keys, keyset."""
    listed = services.list_keys(runtime())
    return page(
        "signing_keys.html",
        keys=listed,
        ending=listed.warning(now()) is not None,
        root_is_here=runtime().config.root_key_file.exists(),
    )


@blueprint.route("/signing-keys/rotate", methods=["GET", "POST"])
def rotate_signing_key() -> Answer:
    """A new signing key."""
    form, status = RotateForm(), 200
    if form.validate_on_submit():
        content = form.root_key.data.read(_LARGEST)
        try:
            # Outside of what is done once: a failure must stay counted when that is rolled back.
            back_off.reserve(runtime(), _ATTEMPTS, now=now())
            form.once(lambda: _rotate(content, form.passphrase.data))
        except (Refused, TooManyRequests) as error:
            form.form_errors, status = [error.detail], 429 if isinstance(error, TooManyRequests) else 403
        else:
            back_off.clear(runtime(), _ATTEMPTS)
            return redirect(url_for("console.signing_keys"))
    elif form.errors:
        status = 422
    return page("rotate_signing_key.html", status, form=form)


def _rotate(content: bytes, passphrase: str) -> dict[str, Any]:
    listed = services.rotate(
        runtime(), now=now(), actor=gate.member().actor, root_key_content=content, passphrase=passphrase
    )
    return {"version": listed.keyset_version}
