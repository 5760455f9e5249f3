"""What browsers are told with every answer: no guessing of types, no framing, nothing loaded, no referrer."""

from flask import Flask, Response

JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": JSON_POLICY,
    "Referrer-Policy": "no-referrer",
}


def protect(app: Flask) -> None:
    """Add the headers to every response of an application; a page that needs more sets its own policy."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        # All names in one look: `setdefault` takes several for each.
        headers = response.headers
        present = {name.lower() for name, _ in headers}
        for name, value in _EVERYWHERE.items():
            if name.lower() not in present:
                headers.add(name, value)
        return response
