"""Kits in JSON, as the team sees them."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates

from licence_server.schemas.fields import Line, Moment, Slug
from licence_server.schemas.lists import Answered, Asked, ListQuery, page_of

MAX_ITEMS = 500


class NewItem(Asked):
    """One film or document."""

    id = Slug(required=True, metadata={"example": "film-1"})
    title = Line(200, required=True, metadata={"example": "The first film"})


def _items(**options: Any) -> fields.List[Any]:
    length = validate.Length(0, MAX_ITEMS, error=f"must be {MAX_ITEMS} items at most")
    return fields.List(fields.Nested(NewItem), validate=length, **options)


class _WithItems(Asked):
    @validates("items")
    def different(self, items: list[dict[str, str]], data_key: str) -> None:
        """Each id once."""
        # Items that are wrong themselves come here too, without what is wrong in them.
        ids = [item.get("id") for item in items]
        repeated = {number: {"id": ["is given twice"]} for number, one in enumerate(ids) if one and one in ids[:number]}
        if repeated:
            raise ValidationError(repeated)


class NewKit(_WithItems):
    """POST /kits."""

    id = Slug(required=True, metadata={"example": "prevent-for-business"})
    name = Line(200, required=True, metadata={"example": "Prevent for business"})
    items = _items(load_default=list, metadata={"description": "In the order they are shown in."})


class KitChange(_WithItems):
    """PATCH /kits/{id}: items are added or retitled, never taken away, since reports may name them."""

    name = Line(200)
    items = _items()


class KitQuery(ListQuery):
    """GET /kits."""


class Item(Answered):
    """One film or document."""

    id = Slug(required=True, attribute="item_id")
    title = Line(200, required=True)


class Kit(Answered):
    """A licensed product."""

    id = Slug(required=True)
    name = Line(200, required=True)
    items = fields.List(fields.Nested(Item), required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)


KitList = page_of(Kit)
