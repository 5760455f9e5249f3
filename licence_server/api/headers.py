"""What browsers are told with every answer: no guessing of types, no framing, nothing loaded, no referrer."""

from flask import Flask, Response

JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"


def protect(app: Flask) -> None:
    """Add the headers to every response of an application; a page that needs more sets its own policy."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Content-Security-Policy", JSON_POLICY)
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response
