"""What an application needs before the console's pages work."""

from flask import Flask
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from licence_server.console import assets, cookies, errors, front, gate, written
from licence_server.console.blueprint import blueprint

# Long enough for a form left open over lunch, shorter than a session can last.
_FORM_SECONDS = 4 * 3600


def register(app: Flask) -> None:
    """Add the console to an application."""
    cookies.use(app)
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=_FORM_SECONDS)
    gate.csrf.init_app(app)
    assert app.jinja_loader is not None  # noqa: S101
    app.jinja_env.loader = ChoiceLoader(
        [
            app.jinja_env.loader or app.jinja_loader,
            PrefixLoader(
                {
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                    "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                }
            ),
        ]
    )
    WTFormsHelpers(app)
    written.add_filters(app.jinja_env)
    app.jinja_env.globals["asset"] = assets.address
    app.register_blueprint(blueprint)
    app.register_blueprint(front.root)


__all__ = ["errors", "register"]
