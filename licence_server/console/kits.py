"""Kits: list them, see how one stands in the field, add one, add films and documents to one, retitle them."""

from flask import Response, redirect, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovTextArea, GovTextInput
from werkzeug.wrappers import Response as Redirect
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.forms import OnceForm, button
from licence_server.console.lists import PAGE, cursor
from licence_server.console.pages import page
from licence_server.console.versions import VersionForm
from licence_server.domain.errors import Conflict, Invalid, Stale
from licence_server.domain.identifiers import require_slug
from licence_server.domain.kit_items import items_of
from licence_server.domain.text import one_line
from licence_server.services import kit_field
from licence_server.services import kits as services
from licence_server.web import now, runtime

LONGEST = 200
_LINES = "One on each line: its short name, an equals sign, its title. For example: film-1 = A stranger at the door"


class KitForm(OnceForm):
    name = StringField("Name", widget=GovTextInput(), validators=[InputRequired("Enter a name")])
    kit_id = StringField(
        "Short name",
        widget=GovTextInput(),
        description="As it stands in the kit’s own description (kit.toml), such as prevent-for-business. "
        "It can never be changed.",
        validators=[InputRequired("Enter a short name")],
        render_kw={"spellcheck": "false", "autocomplete": "off"},
    )
    items = TextAreaField("Films and documents", widget=GovTextArea(), description=_LINES)
    submit = button("Add the kit")


class KitChangeForm(VersionForm):
    name = StringField("Name", widget=GovTextInput(), validators=[InputRequired("Enter a name")])
    items = TextAreaField("Films and documents to add", widget=GovTextArea(), description=_LINES)
    submit = button("Save")


@blueprint.get("/kits")
def kits() -> Response:
    """Every kit."""
    return page("kits.html", found=kit_field.list_page(runtime(), now=now(), limit=PAGE, cursor=cursor()))


@blueprint.get("/kits/<kit_id>")
def kit(kit_id: str) -> Response:
    """How one kit stands."""
    found = services.get(runtime(), kit_id)
    return page("kit.html", field=kit_field.field_of(runtime(), found, now=now()))


@blueprint.route("/add-kit", methods=["GET", "POST"])
def add_kit() -> Response | Redirect:
    """A new kit."""
    form = KitForm()
    if form.validate_on_submit():
        try:
            outcome = form.once(lambda: _add(form))
        except (Invalid, Conflict) as error:
            taken = Invalid(error.code, "", {"kit_id": error.detail.rstrip(".")})
            form.take(error if isinstance(error, Invalid) else taken)
        else:
            return redirect(url_for("console.kit", **outcome))
    return page("add_kit.html", 422 if form.errors or form.form_errors else 200, form=form)


@blueprint.route("/kits/<kit_id>/change", methods=["GET", "POST"])
def change_kit(kit_id: str) -> Response | Redirect:
    """Another name, other titles, more films and documents."""
    found = services.get(runtime(), kit_id)
    form = KitChangeForm(name=found.name, version=str(found.version))
    titles = {item.item_id: request.form.get(f"title-{item.item_id}", item.title) for item in found.items}
    faults: dict[str, str] = {}
    if form.validate_on_submit():
        try:
            form.once(lambda: _change(kit_id, form, titles, faults))
        except Stale:
            form.form_errors = [
                "Somebody else has changed this kit meanwhile. Compare with the kit’s page, then save again."
            ]
            form.version.data = str(found.version)
        except Invalid as error:
            form.take(error)
        else:
            return redirect(url_for("console.kit", kit_id=kit_id))
    status = 422 if form.errors or form.form_errors else 200
    return page("change_kit.html", status, form=form, kit=found, titles=titles, faults=faults)


def _add(form: KitForm) -> dict[str, str]:
    added = services.add(
        runtime(),
        now=now(),
        actor=gate.member().actor,
        kit_id=require_slug((form.kit_id.data or "").strip(), "kit_id"),
        name=one_line(form.name.data, "name", LONGEST),
        items=items_of(form.items.data or ""),
    )
    return {"kit_id": added.id}


def _change(kit_id: str, form: KitChangeForm, titles: dict[str, str], faults: dict[str, str]) -> dict[str, str]:
    """Raises Stale, Invalid; what is wrong with a title stands in faults too."""
    items = {}
    for item_id, title in titles.items():
        try:
            items[item_id] = one_line(title, "title", LONGEST)
        except Invalid as error:
            faults[item_id] = error.detail.rstrip(".")
    if faults:
        raise Invalid("text_invalid", "A title below is empty, too long or not one line.")
    added = items_of(form.items.data or "")
    repeated = sorted(added.keys() & items.keys())
    if repeated:
        raise Invalid(
            "item_repeated",
            "",
            {"items": f"The short name {repeated[0]} is in the kit already; change its title above"},
        )
    services.update(
        runtime(),
        kit_id,
        now=now(),
        actor=gate.member().actor,
        name=one_line(form.name.data, "name", LONGEST),
        items={**items, **added},
        version=form.seen(),
    )
    return {"kit_id": kit_id}
