"""A statement as the driver has it: its SQL, and what is done to the values that go in and come out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Delete, Dialect, Select, Update
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class Compiled:
    """values: the names in the driver's order, each with what is done to it. constants: what the statement itself
    says. results: column to what is done to it; only where anything is."""

    sql: str
    values: tuple[tuple[str, Convert | None], ...]
    constants: dict[str, Any]
    results: tuple[tuple[int, Convert], ...]

    @classmethod
    def of(cls, statement: Select[*tuple[Any, ...]] | Update | Delete, dialect: Dialect) -> Self:
        """For a kind of database."""
        # Values in their order on both; libpq itself knows them as $1, $2 and so on.
        numbering: Any = type(dialect)
        style = dialect if dialect.name == "sqlite" else numbering(paramstyle="numeric_dollar")
        compiled: Any = statement.compile(dialect=style)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        results = [_type_of(column.type, dialect).result_processor(dialect, None) for column in columns]
        return cls(
            sql=str(compiled),
            values=tuple(
                (name, _type_of(binds[name].type, dialect).bind_processor(dialect)) for name in compiled.positiontup
            ),
            constants={name: bind.value for name, bind in binds.items() if not bind.required},
            results=tuple((place, convert) for place, convert in enumerate(results) if convert is not None),
        )

    def bound(self, values: dict[str, Any]) -> list[Any]:
        """Values as the driver takes them."""
        values = self.constants | values
        return [values[name] if convert is None else convert(values[name]) for name, convert in self.values]

    def converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """A row as the columns' types have it."""
        changed = list(row)
        for place, convert in self.results:
            changed[place] = convert(changed[place])
        return tuple(changed)


def _type_of(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
