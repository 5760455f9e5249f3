"""Lists whose filter lives in the address: a page can be bookmarked, sent to a colleague, reloaded."""

from flask import request
from flask_wtf import FlaskForm

from licence_server.console.forms import Form

PAGE = 50


class FilterForm(FlaskForm):  # type: ignore[misc]
    """A form that only asks: sent by GET, so it needs no token against forgery."""

    form_errors: tuple[str, ...] = ()

    class Meta:
        csrf = False

    def address(self) -> dict[str, str]:
        """What of the filter stands in the address; its empty parts need not."""
        return {field.name: str(field.data) for field in self if field.data not in (None, "")}


class ExportForm(Form):
    """A button and nothing else."""


def cursor() -> str | None:
    """Where the page begins."""
    return request.args.get("cursor") or None
