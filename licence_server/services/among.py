"""Whether a column holds one of the values of a list, asked by the same statement however long the list is."""

import json
from collections.abc import Callable
from typing import Any, Self

from sqlalchemy import ARRAY, Boolean, ColumnElement, Dialect, LargeBinary, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine


class Among(ColumnElement[bool]):
    """Whether a column holds one of the values of the list that goes by that name."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: Any, name: str) -> None:
        self.column = column
        self.values = bindparam(name, type_=Values(column.type))

    def self_group(self, against: Any = None) -> Self:
        """Stand as it is: SQLAlchemy would make it `… = 1` for SQLite, which then finds no index for it."""
        return self


@compiles(Among)
def _among_array(element: Among, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(element.column, **options)} = ANY ({compiler.process(element.values, **options)})"


@compiles(Among, "sqlite")
def _among_json(element: Among, compiler: Any, **options: Any) -> str:
    value = "unhex(value)" if isinstance(element.column.type, LargeBinary) else "value"
    column, values = (compiler.process(part, **options) for part in (element.column, element.values))
    return f"{column} IN (SELECT {value} FROM json_each({values}))"  # noqa: S608 (a compiler's own parts)


class Values(TypeDecorator[Any]):
    """A list of values: an array for PostgreSQL, JSON for SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text() if dialect.name == "sqlite" else ARRAY(self.of)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        if dialect.name != "sqlite":
            return list
        if isinstance(self.of, LargeBinary):
            return lambda values: json.dumps([value.hex() for value in values])
        convert = self.of.dialect_impl(dialect).bind_processor(dialect)
        return lambda values: json.dumps([value if convert is None else convert(value) for value in values])
