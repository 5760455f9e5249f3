"""Alembic's migrations, installed as licence_server.migrations."""
