"""Statements that are kept, since most figures are asked for the same few periods and kits, and SQLAlchemy takes longer
to write one than a small database to answer it."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select

Statement = Select[*tuple[Any, ...]]

written_once = lru_cache(maxsize=16)
"""For functions that write a statement, or a part of one, from nothing but their arguments."""
