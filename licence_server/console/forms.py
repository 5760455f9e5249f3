"""What the forms of the console have in common: CSRF protection, an id of their own, errors of ours at their fields."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4, uuid5

from flask import request
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovSubmitInput
from wtforms import Field, HiddenField, PasswordField, SubmitField, validators
from wtforms.csrf.core import CSRFTokenField

from licence_server.console import gate
from licence_server.domain.audit_chain import canonical
from licence_server.domain.errors import Invalid
from licence_server.services import submissions
from licence_server.web import now, runtime


class Form(FlaskForm):  # type: ignore[misc]
    """A form; `next` carries where to go on, from the address the form was opened at."""

    next = HiddenField(default=lambda: request.args.get("next"))
    form_errors: list[str]

    def take(self, error: Invalid) -> None:
        """Show the faults of a refusal beside their fields, the others above the form."""
        for name, fault in (error.errors or {"": error.detail}).items():
            field = self._fields.get(name)
            if field is not None:
                # Faults are said of a field: "is missing", "lies in the past".
                sentence = fault if fault[:1].isupper() else f"{field.label.text.removesuffix(' (optional)')} {fault}"
                field.errors = [*field.errors, sentence]
            else:
                self.form_errors = [*self.form_errors, error.detail]


class OnceForm(Form):
    """A form that changes something: however often it is sent, its act is done once."""

    submission = HiddenField(default=lambda: str(uuid4()), validators=[validators.UUID()])

    def once(self, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The outcome of the act. Raises what the act raises.

        Sent again with other content, after a look back, it is another form and another act.
        """
        content = canonical([gate.view_name(), request.view_args, *map(_content, self._kept_fields())])
        identifier = uuid5(UUID(str(self.submission.data)), content)
        return submissions.once(runtime(), identifier, gate.member().id, act, now=now())

    def _kept_fields(self) -> list[Field]:
        apart = (self.submission, self.next)
        return [field for field in self if field not in apart and not isinstance(field, PasswordField | CSRFTokenField)]


def _content(field: Field) -> tuple[str, Any]:
    """What was entered; of a file its name, since its content is read but once."""
    return field.name, getattr(field.data, "filename", field.data)


class ButtonForm(OnceForm):
    """A button and nothing else."""


def password_field(
    label: str, missing: str, *, hint: str = "", autocomplete: str = "current-password"
) -> PasswordField:
    """A box for a password, with the button that shows it. autocomplete: new-password for one to be chosen."""
    return PasswordField(
        label,
        widget=GovPasswordInput(),
        description=hint,
        validators=[validators.InputRequired(missing)],
        render_kw={"autocomplete": autocomplete},
    )


def new_password_field(label: str) -> PasswordField:
    """A box for a password to be chosen, with what it must be."""
    hint = "At least 12 characters. Three or four unrelated words are good."
    return password_field(label, "Choose a password", hint=hint, autocomplete="new-password")


def button(text: str, **arguments: Any) -> SubmitField:
    """The button of a form; with scripts it takes a second click only after a second."""
    return SubmitField(text, widget=GovSubmitInput(), render_kw={"data-prevent-double-click": "true", **arguments})
