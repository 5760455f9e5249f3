"""What the demonstration is played on: a clock that the story moves, and a server and a network that keep to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from client_sdk import Request, Response
from client_sdk.transport import UrllibTransport

# A port that nobody listens on: what a cable pulled out looks like.
NOWHERE = "http://127.0.0.1:9"


class StoryClock:
    """A clock that the story moves."""

    def __init__(self, start: datetime) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        return self.moment

    def set(self, days: int, hour: int, minute: int = 0) -> None:
        """Go to a time of day, some days on."""
        day = self.moment + timedelta(days=days)
        self.moment = day.replace(hour=hour, minute=minute, second=0, microsecond=0)


class StoryTransport:
    """The real transport towards the story's own server, or towards nowhere while there is no internet."""

    def __init__(self, public_url: str, story_url: str) -> None:
        self._real = UrllibTransport()
        self._public_url, self._story_url = public_url, story_url
        self.online = True

    def send(self, request: Request) -> Response:
        """See Transport."""
        target = self._story_url if self.online else NOWHERE
        return self._real.send(replace(request, url=request.url.replace(self._public_url, target)))


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """The story speaks for itself."""


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """A server of this process, at the time that its application's clock says; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
