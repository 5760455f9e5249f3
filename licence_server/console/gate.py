"""Before every page: who is it, may they, did this form come from one of our own pages.

That the password is asked for again follows in proof.py.
"""

from itertools import chain
from urllib.parse import urlsplit

from flask import Response, current_app, g, redirect, request, session, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as Redirect

from licence_server.console.blueprint import blueprint
from licence_server.console.rights import RIGHTS, Right
from licence_server.domain.errors import Malformed, Refused, TooLarge
from licence_server.services import person_sessions
from licence_server.services.person_sessions import Member, Step
from licence_server.web import now, runtime

SECRET = "secret"  # noqa: S105 (the name of a cookie's member)

csrf = CSRFProtect()

# What a session that is not complete may do, by the step it stands at.
_STEPS = {Step.CODE: "give_code", Step.PASSWORD: "choose_password", Step.ENROL: "enrol"}


def _read_form(right: Right) -> None:
    """Check where the form comes from. Only those who may use the page may send more than is usual."""
    if right.largest is not None and g.member is not None and right.role and g.member.role.covers(right.role):
        request.max_content_length = request.max_form_memory_size = right.largest
    try:
        csrf.protect()
    except RequestEntityTooLarge:
        most = (request.max_content_length or 0) >> 20
        raise TooLarge("body_too_large", f"This is larger than the {most} MiB that can be sent here.") from None


def _refuse_nul() -> None:
    """No text of ours holds a NUL and PostgreSQL takes none, so none gets past here. Raises Malformed."""
    sent = chain(
        (request.view_args or {}).values(),
        *request.args.items(multi=True),
        *request.form.items(multi=True),
        (file.filename for file in request.files.values()),
    )
    if any(isinstance(text, str) and "\0" in text for text in sent):
        raise Malformed("nul_refused", "The address or the form holds a NUL character. Nothing was changed.")


def view_name() -> str:
    """The view of this request, by its name in the table of rights."""
    return (request.endpoint or "").removeprefix("console.")


@blueprint.before_request
def admit() -> Response | Redirect | None:
    """Let pass, send to sign in, or refuse. Deny by default."""
    right = RIGHTS.get(view_name())
    if right is None:
        raise Refused("route_unknown", "Nobody may use this page.")
    # The keys may be younger than the application: `init` can come after the start.
    current_app.config["WTF_CSRF_SECRET_KEY"] = runtime().secret_keys.cookie_keys[0]
    g.member = _find()
    _read_form(right)
    _refuse_nul()
    if right.role is None:
        return None
    if g.member is None:
        session.pop(SECRET, None)
        return redirect(url_for("console.sign_in", next=here()))
    if g.member.step is not Step.NONE:
        wanted = _STEPS[g.member.step]
        if view_name() == "prove_again" and RIGHTS[wanted].fresh:
            return None
        if view_name() in (wanted, "sign_out"):
            return None
        return redirect(url_for(f"console.{wanted}", next=here()))
    if view_name() == _STEPS[Step.CODE]:
        # A code alone, without the password, must not make a session fresh again.
        return redirect(next_page())
    if not g.member.role.covers(right.role):
        raise Refused("role_too_small", f"This needs the role of {right.role.label}; yours is {g.member.role.label}.")
    return None


def member() -> Member:
    """Who is signed in; only behind the gate."""
    found: Member = g.member
    return found


def may(name: str) -> bool:
    """Whether the member may use a route, so that a page offers only what it can do."""
    right = RIGHTS[name]
    return right.role is None or (g.member is not None and g.member.role.covers(right.role))


def here() -> str:
    """The address to come back to: of this page, or of the page whose form was sent."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    return urlsplit(request.headers.get("Referer", "")).path or url_for("console.overview")


def next_page() -> str:
    """Where to go on; never to another site (OWASP, Unvalidated Redirects)."""
    wanted = request.values.get("next", "")
    if wanted.startswith("/console/") and "\\" not in wanted and "//" not in wanted and wanted.isprintable():
        return wanted
    return url_for("console.overview")


def _find() -> Member | None:
    secret = session.get(SECRET)
    return person_sessions.find(runtime(), secret, now=now()) if isinstance(secret, str) else None
