"""Counters and durations of requests, for Prometheus; the numbers cover all workers of this server.

Workers share their numbers through files in PROMETHEUS_MULTIPROC_DIR, which `licence-server serve` sets.
Labels are the rule of the route, never the address itself: no ids, no tokens.
"""

import os
import time
from functools import cache

from flask import Blueprint, Flask, Response, g, request
from flask_smorest import Blueprint as DescribedBlueprint
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from licence_server.api.describe import described, problems
from licence_server.web import ROUTE

blueprint: Blueprint = DescribedBlueprint("metrics", __name__, description="Numbers for Prometheus.")

REQUESTS = Counter("licence_server_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("licence_server_request_seconds", "Time to answer.", ["method", "route"])


def measure(app: Flask) -> None:
    """Count every request of an application, and leave its route for the log."""

    @app.before_request
    def begin() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        rule, environ = request.url_rule, request.environ
        environ[ROUTE] = rule.rule if rule is not None else None
        method, route = (environ["REQUEST_METHOD"], rule.rule) if rule is not None else ("none", "none")
        _requests(method, route, response.status_code).inc()
        begun = g.get("begun")
        if begun is not None:
            _seconds(method, route).observe(time.perf_counter() - begun)
        return response


# The library looks labels up under a lock; there are as many as there are routes, methods and statuses.
@cache
def _requests(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, str(status))


@cache
def _seconds(method: str, route: str) -> Histogram:
    return SECONDS.labels(method, route)


@blueprint.get("/metrics")
@described(
    operationId="metrics",
    security=[],
    responses={
        200: {"description": "Text.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **problems(["internal_error"]),
    },
)
def metrics() -> Response:
    """Prometheus text format."""
    registry: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
