"""The browsable page of the API: Swagger UI, served from here, so it needs no internet.

Its files come from the package swagger-ui-py; the page itself and the script that starts it are ours. The
policy allows scripts and styles from this server alone, and none inside the page.
"""

from importlib.resources import files

from flask import Blueprint, Response, send_from_directory
from werkzeug.exceptions import NotFound

blueprint = Blueprint("docs", __name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
SWAGGER_FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")

PAGE = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API of the licence and usage server</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<noscript>This page needs scripts. The description itself: <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""


@blueprint.get("/api/v1/docs")
def page() -> Response:
    """The page."""
    response = Response(PAGE, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


@blueprint.get("/api/v1/docs/<name>")
def file(name: str) -> Response:
    """What the page loads."""
    if name == "start.js":
        directory = files("licence_server.api") / "static"
    elif name in SWAGGER_FILES:
        directory = files("swagger_ui") / "static"
    else:
        raise NotFound
    response = send_from_directory(str(directory), name)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
