"""How a page is rendered, and what its browser may load: our own files, nothing inline without the nonce."""

import secrets
from typing import Any

from flask import Response, g, render_template

from licence_server.console import gate
from licence_server.console.navigation import groups_for
from licence_server.web import now, runtime


def page(template: str, status: int = 200, *, under: str | None = None, **values: Any) -> Response:
    """A page of the console, under a content security policy; no browser keeps it.

    under: a name that navigation.py knows, where the name of the view does not say the section.
    """
    nonce = secrets.token_urlsafe(16)
    member = g.get("member")
    text = render_template(
        f"console/{template}",
        cspNonce=nonce,
        member=member,
        may=gate.may,
        groups=groups_for(gate.may) if member else [],
        current=under or gate.view_name(),
        now=now(),
        zone=runtime().timezone,
        **values,
    )
    response = Response(text, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    # The address of the page a form came from tells the gate that it was one of ours.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response
