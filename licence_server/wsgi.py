"""What gunicorn loads: the application of the environment it was started in."""

import os
from pathlib import Path

from licence_server.app import create_app
from licence_server.config import load

app = create_app(load(os.environ, Path.cwd()))
