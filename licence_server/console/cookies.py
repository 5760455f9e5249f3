"""The console's cookie: signed, under the name prefix that ties it to this host and to TLS (RFC 6265bis).

Browsers accept such a cookie over plain HTTP from this very computer alone; everywhere else the console
needs HTTPS.
"""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from licence_server.console.blueprint import PREFIX
from licence_server.services.runtime import Runtime
from licence_server.web import RUNTIME

NAME = "__Host-licence-server"


class Cookies(SecureCookieSessionInterface):
    """Signs with the keys of the deployment, newest first, so that a changed secret ends no session."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a request to the console. Kits and programs send no cookies, and none are looked for."""
        if not request.path.startswith(PREFIX):
            return self.session_class()
        return super().open_session(app, request)

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
