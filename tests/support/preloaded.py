"""What the processes of tests/support/nursery.py are forked from: everything of `licence-server` is imported, but for
what has to be imported after a server has made the folder of its numbers."""

import gc
import importlib
import pkgutil
import sys

import licence_server

_THEIRS = ("alembic.command", "flask_smorest", "gunicorn.workers.gthread", "gunicorn.workers.sync")
_LATER = tuple(f"licence_server.{name}" for name in ("app", "wsgi", "api.metrics", "migrations"))
_OURS = [module.name for module in pkgutil.walk_packages(licence_server.__path__, "licence_server.")]

for name in (*_THEIRS, *_OURS):
    if not name.startswith(_LATER):
        importlib.import_module(name)

# It looks for that folder when it is imported, and never again.
assert "prometheus_client" not in sys.modules

# What a process has of its parent it would copy to look for garbage in it.
gc.collect()
gc.freeze()
