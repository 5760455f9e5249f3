"""Whether a database has the schema that the models say."""

from functools import partial
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from licence_server import models


def differences(connection: Connection) -> list[Any]:
    """What a migration would still have to change."""
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_object": partial(_is_of, connection.dialect.name),
    }
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, models.Organisation.metadata))


def _is_of(dialect: str, item: Any, *_: object) -> bool:
    """Alembic looks for every index everywhere, those for one kind of database too."""
    condition = getattr(item, "_ddl_if", None)
    return condition is None or condition.dialect == dialect
