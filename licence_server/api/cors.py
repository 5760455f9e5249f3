"""CORS on the kit endpoints alone.

A kit is a page opened from file://, so its origin is `null` and any origin must do; there are no cookies
to protect, a kit proves itself by its token. The team's endpoints get no CORS headers at all, even where
they share an address with a kit's (GET and DELETE of an installation): it goes by address and method.
"""

import re

from flask import Flask, Response, request

_ALLOWED_HEADERS = "Authorization, Content-Type, Content-Encoding"


def open_to_kits(app: Flask, methods: dict[str, str]) -> None:
    """Let pages of any origin use these methods. methods: URL rule to method."""
    # By address, not by the rule that was found: a page must be able to read a 404 too.
    addresses = [(re.compile(re.sub(r"<[^>]+>", "[^/]+", rule)), method) for rule, method in methods.items()]

    def is_open(wanted: str) -> bool:
        # Nearly always a rule was found, and then no address need be matched again.
        rule = request.url_rule
        if rule is not None and methods.get(rule.rule) == wanted:
            return True
        path = request.path
        return any(wanted == method and address.fullmatch(path) for address, method in addresses)

    @app.before_request
    def preflight() -> Response | None:
        if request.method != "OPTIONS":
            return None
        wanted = request.headers.get("Access-Control-Request-Method")
        if wanted is None or not is_open(wanted):
            return None
        response = Response(status=204)
        response.headers["Access-Control-Allow-Methods"] = wanted
        response.headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
        response.headers["Access-Control-Max-Age"] = "86400"
        return response

    @app.after_request
    def add_headers(response: Response) -> Response:
        method = request.method
        if is_open(request.headers.get("Access-Control-Request-Method", "") if method == "OPTIONS" else method):
            headers = response.headers
            # Nobody else sets these two, so none is looked for to be replaced.
            headers.add("Access-Control-Allow-Origin", "*")
            headers.add("Access-Control-Expose-Headers", "Retry-After")
            headers["Cache-Control"] = "no-store"
        return response
