"""What gunicorn loads: the application of the environment it was started in, and its housekeeping."""

import os
from pathlib import Path

from licence_server.api.context import RUNTIME
from licence_server.app import create_app, system_clock
from licence_server.config import load
from licence_server.services import housekeeping

app = create_app(load(os.environ, Path.cwd()))
housekeeping.start(app.extensions[RUNTIME], system_clock)
