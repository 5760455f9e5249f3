"""A kit's description: `kit.toml` in the folder of its content.

* A kit has an id, a name and a version; items, each a film or a document, each with a file of its own.
* `captions` (WebVTT) and `duration` (seconds) belong to films; `sha256` may pin any item's file, so that a
  file that was changed since is refused.
* `contact` says whom to ask, in words that stand in the player after "ask".
* `also` names further files that documents need, pictures for instance.
* A field that the format doesn't know is an error: a misspelt `captoins` must not lose the captions.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from licence_server.domain.errors import Invalid
from licence_server.domain.identifiers import is_slug
from licence_server.domain.text import is_one_line

FILE_NAME = "kit.toml"
DEFAULT_CONTACT = "whoever gave you this kit"
LONGEST_TEXT = 200
MAX_ITEMS = 100

_SHA256 = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,31}")


class ItemKind(StrEnum):
    FILM = "film"
    DOCUMENT = "document"


@dataclass(frozen=True)
class ItemDescription:
    """One film or document. Paths are relative to the description, with forward slashes."""

    id: str
    title: str
    kind: ItemKind
    file: str
    captions: str | None = None
    duration: float | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class KitDescription:
    id: str
    name: str
    version: str
    contact: str
    language: str
    items: tuple[ItemDescription, ...]
    also: tuple[str, ...] = ()


def parse(text: str) -> KitDescription:
    """Read a description. Raises Invalid, with every wrong field named."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("description_invalid", f"{FILE_NAME} is not TOML: {error}.") from None
    reader = _Reader()
    kit = reader.kit(table)
    if reader.errors:
        named = "; ".join(f"{field} {fault}" for field, fault in reader.errors.items())
        raise Invalid("description_invalid", f"{FILE_NAME}: {named}.", reader.errors)
    return kit


class _Reader:
    """Reads fields and remembers each that is wrong, so that one run names them all."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def kit(self, table: Mapping[str, Any]) -> KitDescription:
        self._known(table, {"id", "name", "version", "contact", "language", "items", "also"}, "")
        rows = table.get("items")
        if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_ITEMS:
            self.errors["items"] = f"must list 1 to {MAX_ITEMS} films and documents"
            rows = []
        items = tuple(self._item(row, f"items[{number}]") for number, row in enumerate(rows, 1))
        for item_id in {item.id for item in items if sum(other.id == item.id for other in items) > 1}:
            self.errors[f"items.{item_id}"] = "stands there twice"
        version = self._text(table, "version", "")
        if version and not _VERSION.fullmatch(version):
            self.errors["version"] = "must be letters, digits, '.', '_', '+' and '-', 32 at most"
        also = table.get("also", [])
        if not isinstance(also, list) or not all(isinstance(path, str) for path in also):
            self.errors["also"] = "must be a list of files"
            also = []
        return KitDescription(
            id=self._slug(table, "id", ""),
            name=self._text(table, "name", ""),
            version=version,
            contact=self._text(table, "contact", "", DEFAULT_CONTACT),
            language=self._text(table, "language", "", "en"),
            items=items,
            also=tuple(also),
        )

    def _item(self, row: object, place: str) -> ItemDescription:
        if not isinstance(row, dict):
            self.errors[place] = "is not a table"
            row = {}
        place += "."
        self._known(row, {"id", "title", "kind", "file", "captions", "duration", "sha256"}, place)
        kind = self._text(row, "kind", place)
        if kind and kind not in set(ItemKind):
            self.errors[f"{place}kind"] = "must be film or document"
        film = kind == ItemKind.FILM
        for name in ("captions", "duration"):
            if name in row and kind == ItemKind.DOCUMENT:
                self.errors[f"{place}{name}"] = "belongs to films"
        return ItemDescription(
            id=self._slug(row, "id", place),
            title=self._text(row, "title", place),
            kind=ItemKind.FILM if film else ItemKind.DOCUMENT,
            file=self._text(row, "file", place),
            captions=self._text(row, "captions", place) if "captions" in row else None,
            duration=self._seconds(row, place),
            sha256=self._sha256(row, place),
        )

    def _known(self, table: Mapping[str, Any], names: set[str], place: str) -> None:
        for name in sorted(table.keys() - names):
            self.errors[f"{place}{name}"] = "is not a field of the format"

    def _text(self, table: Mapping[str, Any], name: str, place: str, default: str | None = None) -> str:
        value = table.get(name, default)
        if not isinstance(value, str) or not value.strip():
            self.errors[f"{place}{name}"] = "is missing" if value is None else "must be a text"
            return ""
        if len(value) > LONGEST_TEXT or not is_one_line(value):
            self.errors[f"{place}{name}"] = f"must be one line of at most {LONGEST_TEXT} characters"
        return value.strip()

    def _slug(self, table: Mapping[str, Any], name: str, place: str) -> str:
        text = self._text(table, name, place)
        if text and not is_slug(text):
            self.errors[f"{place}{name}"] = "must be 1 to 64 of a-z, 0-9, '.', '_' and '-'"
        return text

    def _seconds(self, row: Mapping[str, Any], place: str) -> float | None:
        value = row.get("duration")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86_400:
            self.errors[f"{place}duration"] = "must be seconds, more than 0 and at most 86400"
            return None
        return float(value)

    def _sha256(self, row: Mapping[str, Any], place: str) -> str | None:
        value = row.get("sha256")
        if value is not None and not (isinstance(value, str) and _SHA256.fullmatch(value)):
            self.errors[f"{place}sha256"] = "must be 64 hexadecimal digits in lower case"
            return None
        return value
