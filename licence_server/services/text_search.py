"""Texts that somebody looks for a part of."""

from typing import Any

from sqlalchemy import ColumnElement, or_


def contains(text: str, *columns: Any) -> ColumnElement[bool]:
    """Whether a text stands in one of some columns, in whatever case; no letter of it is a wildcard."""
    pattern = f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    return or_(*(column.ilike(pattern, escape="!") for column in columns))
