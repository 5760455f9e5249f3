"""A member of the team at the console, without a browser: forms are read from the page and sent as it has them."""

import re
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from licence_server.console.cookies import NAME
from licence_server.domain.roles import Role
from licence_server.models import Person
from licence_server.services import person_sessions
from licence_server.services.runtime import Runtime
from tests.support.clock import Clock

ORIGIN = "https://licences.example"


def sign_in_cookie(app: Flask, runtime: Runtime, role: Role, now: Any, email: str | None = None) -> str:
    """The cookie of somebody with a role who has signed in completely, second factor and all."""
    name = email or f"{role.value}@example.org"
    with runtime.database.writing() as session:
        person = session.query(Person).filter_by(email=name).one_or_none()
        if person is None:
            person = Person(id=uuid.uuid4(), email=name, role=role.value, created_at=now, password_hash="$none")
            session.add(person)
            session.flush()
        secret = person_sessions.begin(session, person, now=now, browser="a test")
        if role is Role.ADMINISTRATOR:
            person.totp_confirmed_at = now
            for row in session.query(person_sessions.PersonSession).filter_by(person_id=person.id):
                row.second_factor_at = now
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(signer.dumps({"secret": secret}))


@dataclass
class Desk:
    """Somebody at the console of a deployment in this process; without a role, not signed in."""

    app: Flask
    runtime: Runtime
    clock: Clock
    role: Role | None
    email: str | None = None
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()
        if self.role is None:
            return
        cookie = sign_in_cookie(self.app, self.runtime, self.role, self.clock(), self.email)
        self.client.set_cookie(NAME, cookie, domain="licences.example", secure=True)

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=ORIGIN)

    def post(self, path: str, fields: dict[str, Any]) -> TestResponse:
        """Send fields as they are."""
        kind = "multipart/form-data" if any(isinstance(value, tuple) for value in fields.values()) else None
        headers = {"Referer": f"{ORIGIN}{path}"}
        return self.client.post(path, base_url=ORIGIN, data=fields, content_type=kind, headers=headers)

    def submit(self, path: str, button: str | None = None, action: str | None = None, **fields: Any) -> TestResponse:
        """Open a page, fill its form, send it. button: text of the one to press; action: which form."""
        page = self.get(path)
        assert page.status_code == 200, (page.status_code, page.location, page.text)
        form = next(
            form
            for form in forms(page.text)
            if "sign-out" not in form.action and (action is None or form.action.endswith(action))
        )
        return self.post(form.action or path, {**form.fields, **fields})


@dataclass
class FoundForm:
    action: str
    fields: dict[str, Any]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[FoundForm] = []
        self._open = False
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.found.append(FoundForm(held.get("action", ""), {}))
            self._open = True
        elif not self._open:
            return
        elif tag == "input" and "name" in held:
            kind = held.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in held:
                return
            if kind not in ("file", "submit"):
                self.found[-1].fields[held["name"]] = held.get("value", "")
        elif tag == "textarea":
            self._area = held.get("name")
            self.found[-1].fields[self._area or ""] = ""
        elif tag == "select":
            self._select = held.get("name")
        elif tag == "option" and self._select and ("selected" in held or self._select not in self.found[-1].fields):
            self.found[-1].fields[self._select] = held.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[-1].fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None


def forms(text: str) -> list[FoundForm]:
    """The forms of a page with the values that they would send."""
    parser = _Forms()
    parser.feed(text)
    return parser.found


def words(text: str) -> str:
    """What a page says, on one line."""
    without = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", text, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", without).split())


def second_factor_key(text: str) -> str:
    """The key that a page shows, in groups of four, to type into an authenticator app."""
    found = re.search(r"<code>((?:[A-Z2-7]{4} ?){8})</code>", text)
    assert found is not None, text
    return found.group(1).replace(" ", "")
