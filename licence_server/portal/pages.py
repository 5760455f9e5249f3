"""The pages and what they may load: this server's own style and script, nothing else, nothing inline.

Addresses inside the pages are relative, so that they also work where a proxy puts the server under a path.
"""

from typing import Any

from flask import Blueprint, Response, render_template

blueprint = Blueprint(
    "portal", __name__, template_folder="templates", static_folder="static", static_url_path="/portal/static"
)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
)
FORM_POLICY = _POLICY.format(form_action="'self'")
PHONE_POLICY = _POLICY.format(form_action="'none'")


def page(template: str, policy: str, status: int = 200, **values: Any) -> Response:
    """A page under a content security policy; no browser keeps it."""
    response = Response(render_template(f"portal/{template}", **values), status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    return response
