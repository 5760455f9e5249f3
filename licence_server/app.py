"""create_app(config): wiring only."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from licence_server import console, portal
from licence_server.api import (
    activation_tokens,
    audit_entries,
    bodies,
    cors,
    docs,
    exchange,
    headers,
    health,
    installations,
    kit,
    kits,
    licence_acts,
    metrics,
    openapi,
    organisations,
    problems,
    trust,
    usage_summaries,
)
from licence_server.api.context import CLOCK, RUNTIME, Clock
from licence_server.config import Config
from licence_server.domain.json_text import MAX_SENT
from licence_server.services.runtime import open_runtime

NOUNS = (
    organisations,
    kits,
    licence_acts,
    activation_tokens,
    installations,
    usage_summaries,
    audit_entries,
    kit,
    exchange,
    trust,
    health,
    metrics,
    openapi,
)
"""What OpenAPI describes, in its order."""


def system_clock() -> datetime:
    """Now. The only place of the server that asks."""
    return datetime.now(UTC)


class Application(Flask):
    """A Flask application without coroutines."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Flask would look at each function that a request passes through, at each request: is it a coroutine?"""
        return func


def create_app(config: Config, clock: Clock = system_clock) -> Flask:
    """The application of one deployment. Raises ConfigError, Unavailable."""
    app = Application(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_SENT
    app.extensions[RUNTIME] = open_runtime(config)
    app.extensions[CLOCK] = clock
    openapi.register(app, [noun.blueprint for noun in NOUNS])
    problems.handle_errors(app)
    for blueprint in (docs.blueprint, portal.blueprint):
        app.register_blueprint(blueprint)
    console.register(app)
    metrics.measure(app)
    cors.open_to_kits(app, {**kit.CORS_METHODS, **exchange.CORS_METHODS})
    headers.protect(app)
    bodies.read_what_is_refused(app)
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
