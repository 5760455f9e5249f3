"""The console's cookie: signed, under the name prefix that ties it to this host and to TLS (RFC 6265bis).

Browsers accept such a cookie over plain HTTP from this very computer alone; everywhere else the console
needs HTTPS.
"""

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from licence_server.services.runtime import Runtime
from licence_server.web import RUNTIME

NAME = "__Host-licence-server"


class Cookies(SecureCookieSessionInterface):
    """Signs with the keys of the deployment, newest first, so that a changed secret ends no session."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        deployment: Runtime = app.extensions[RUNTIME]
        if not deployment.config.secret_key_file.exists():
            return None
        return URLSafeTimedSerializer(
            list(reversed(deployment.secret_keys.cookie_keys)),
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )


def use(app: Flask) -> None:
    """Let an application keep its sessions so."""
    app.session_interface = Cookies()
    app.config.update(
        SESSION_COOKIE_NAME=NAME,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
