"""The kits there are, to choose from in a form."""

from typing import Any

from flask import g
from wtforms.fields.choices import SelectChoice

from licence_server.services import kits
from licence_server.web import runtime

_MOST = 500


def known_kits() -> list[Any]:
    """All of them; nobody has more than a few. They are read once for a page."""
    if "known_kits" not in g:
        g.known_kits = kits.list_page(runtime(), limit=_MOST, cursor=None).items
    found: list[Any] = g.known_kits
    return found


def kit_choices(nothing: str | None = None) -> list[SelectChoice]:
    """The same as choices. nothing: the words for choosing none of them; None where one must be chosen."""
    none = [SelectChoice("", nothing)] if nothing is not None else []
    return [*none, *(SelectChoice(kit.id, kit.name) for kit in known_kits())]


def kit_name(kit_id: str) -> str:
    """What a kit is called; its id where there is none."""
    return next((str(kit.name) for kit in known_kits() if kit.id == kit_id), kit_id)


def item_title(item_id: str, kit_id: str | None) -> str:
    """What a film or document is called; its id where no kit has it. kit_id: None for that of any kit."""
    kits_asked = (kit for kit in known_kits() if kit_id in (None, kit.id))
    return next((item.title for kit in kits_asked for item in kit.items if item.item_id == item_id), item_id)
