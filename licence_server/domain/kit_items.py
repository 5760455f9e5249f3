"""Films and documents of a kit as people type them: one on each line, `film-1 = A title`."""

from licence_server.domain.errors import Invalid
from licence_server.domain.identifiers import is_slug
from licence_server.domain.text import is_one_line

_LONGEST_TITLE = 200


def items_of(text: str) -> dict[str, str]:
    """Id to title, in order. Raises Invalid, naming the first line that is wrong."""
    items: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        item_id, equals, title = (part.strip() for part in line.partition("="))
        fault = None
        if not equals or not title:
            fault = "needs a short name, an equals sign and a title"
        elif not is_slug(item_id):
            fault = f"begins with {item_id!r}, but a short name has only a-z, 0-9, '.', '_' and '-'"
        elif item_id in items:
            fault = f"repeats the short name {item_id}"
        elif len(title) > _LONGEST_TITLE or not is_one_line(title):
            fault = f"has a title of more than {_LONGEST_TITLE} characters, or one with control characters"
        if fault is not None:
            raise Invalid("items_invalid", f"Line {number} {fault}.", {"items": f"Line {number} {fault}"})
        items[item_id] = title
    return items
