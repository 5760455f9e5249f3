"""Alembic's environment: it works on the connection it is given, whose transaction belongs to the caller."""

from alembic import context

from licence_server import models

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=models.Organisation.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_server_default=True,
)
context.run_migrations()
