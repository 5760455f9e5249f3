"""Settings: how long raw reports are kept; and what holds for this deployment, to look at."""

from importlib.metadata import version
from typing import Any

from flask import Response, redirect, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from werkzeug.wrappers import Response as Redirect
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.fields import number_field, reason_field
from licence_server.console.forms import OnceForm, button
from licence_server.console.pages import page
from licence_server.services import readiness, retention
from licence_server.services import settings as services
from licence_server.services.settings import LONGEST, PROPOSED, SHORTEST
from licence_server.web import now, runtime

Answer = Response | Redirect

FOREVER, FOR_DAYS = "forever", "days"


class RetentionForm(OnceForm):
    """confirmed: the period whose consequences the page has shown."""

    keep = RadioField(
        "Keep raw reports and comments",
        widget=GovRadioInput(),
        choices=[SelectChoice(FOREVER, "For as long as this server lives"), SelectChoice(FOR_DAYS, "For some days")],
        validators=[InputRequired("Choose how long")],
    )
    days = number_field(
        "How many days",
        description=f"Counted from the day a report reached us; from {SHORTEST} to {LONGEST:,}. We propose {PROPOSED}.",
    )
    reason = reason_field()
    confirmed = HiddenField()
    submit = button("Go on")

    def validate_days(self, field: Any) -> None:
        if self.keep.data != FOR_DAYS:
            field.errors = []
        elif field.data is None or not SHORTEST <= field.data <= LONGEST:
            field.errors = []
            raise ValidationError(f"Enter a whole number from {SHORTEST} to {LONGEST:,}")

    @property
    def chosen(self) -> int | None:
        return self.days.data if self.keep.data == FOR_DAYS else None


@blueprint.get("/settings")
def settings() -> Response:
    """What is set, and what was found when this server started."""
    kept = services.get_retention(runtime())
    return page(
        "settings.html",
        kept=kept,
        proposed=PROPOSED,
        due=retention.due(runtime(), now=now()) if kept.days is not None else None,
        config=runtime().config,
        database="SQLite, in the data directory" if runtime().database.is_sqlite else "PostgreSQL",
        release=version("licence-server"),
        readiness=readiness.check(runtime(), now=now()),
        unknown_proxy=not runtime().config.trusted_proxies and "X-Forwarded-For" in request.headers,
    )


@blueprint.route("/settings/retention", methods=["GET", "POST"])
def change_retention() -> Answer:
    """Another period: first what it would remove, then, confirmed, in force."""
    kept = services.get_retention(runtime())
    form = RetentionForm(keep=FOREVER if kept.days is None else FOR_DAYS, days=kept.days or PROPOSED)
    if not form.validate_on_submit():
        return page("change_retention.html", 422 if form.errors else 200, form=form)
    days = form.chosen
    if form.confirmed.data == str(days):
        form.once(lambda: _set(days, form.reason.data))
        return redirect(url_for("console.settings"))
    form.confirmed.data = str(days)
    due = retention.due(runtime(), now=now(), days=days) if days is not None else None
    return page("confirm_retention.html", form=form, days=days, due=due)


def _set(days: int | None, reason: str) -> dict[str, Any]:
    services.set_retention(runtime(), days, now=now(), actor=gate.member().actor, reason=reason)
    return {}
