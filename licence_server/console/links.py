"""Links between the pages of different nouns."""

from typing import Any

from flask import current_app, url_for

from licence_server.console import gate


def link(view: str, **values: Any) -> str | None:
    """The address of a page that the member may open; None where there is none."""
    if f"console.{view}" not in current_app.view_functions or not gate.may(view):
        return None
    return url_for(f"console.{view}", **values)
