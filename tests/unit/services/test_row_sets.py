"""Rows of many tables go in at once, in the order of their tables."""

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, text

from licence_server.services.row_sets import insert_all, row_set
from tests.support.deployment import Deployment

pytestmark = pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)

TABLES = [Table(name, MetaData(), Column("value", Integer)) for name in ("first", "second", "third", "fourth")]


def test_postgresql_writes_tables_in_the_order_given(deployment: Deployment) -> None:
    """Transactions that took rows of the same tables in different orders could be in a deadlock."""
    with deployment.runtime.database.writing() as session:
        connection = session.connection()
        connection.execute(text("CREATE TEMPORARY SEQUENCE written"))
        for table in TABLES:
            connection.execute(
                text(f"CREATE TEMPORARY TABLE {table.name} (value INTEGER, place INTEGER DEFAULT nextval('written'))")
            )
        for chosen in (TABLES, TABLES[1:3], TABLES[:1]):
            insert_all(connection, [row_set(connection.dialect, one, [{"value": 1}, {"value": 2}]) for one in chosen])
            found = " UNION ALL ".join(f"SELECT '{one.name}', value, place FROM {one.name}" for one in TABLES)
            rows = connection.execute(text(f"{found} ORDER BY 3")).all()
            assert [tuple(row)[:2] for row in rows] == [(one.name, value) for one in chosen for value in (1, 2)]
            for one in TABLES:
                connection.execute(text(f"DELETE FROM {one.name}"))
