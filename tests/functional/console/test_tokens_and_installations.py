"""Activation tokens and installations at the console."""

import csv
import io
import re
from collections.abc import Callable

import pytest

from licence_server.domain import activation_token
from licence_server.domain.roles import Role
from licence_server.services import audit, licence_acts
from licence_server.services.installation_search import InstallationFilter, State, count
from tests.support.deployment import Deployment, Installed
from tests.support.desk import Desk, forms, words

LIST = "/console/installations"


def issue_form(officer: Desk, address: str) -> dict[str, str]:
    return next(form for form in forms(officer.get(address).text) if "sign-out" not in form.action).fields


def test_a_token_is_shown_once_on_a_letter_with_its_picture(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence()
    address = f"/console/licences/{licence.licence.id}/tokens/issue"
    fields = {**issue_form(officer, address), "uses": "2", "until": "31/3/2026"}
    letter = officer.post(address, fields)
    secret = re.search(r'console-secret">([0-9A-Z-]+)<', letter.text).group(1)
    assert activation_token.normalise(secret) is not None
    assert 'src="data:image/svg+xml' in letter.text
    assert "good for 2 activations, until 31 March 2026" in words(letter.text)
    again = officer.post(address, fields)
    assert secret in again.text, "a double click shows the same token, and issues no second"
    assert (
        len(audit.list_entries(deployment.runtime, limit=9, cursor=None, action="activation_token_issued").items) == 1
    )
    assert deployment.post_activation(secret).status_code == 201
    page = officer.get(f"/console/licences/{licence.licence.id}").text
    assert (secret in page, secret[-4:] in page) == (False, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"uses": "0"}, "Activations is out of range"),
        ({"uses": "two"}, "must be a whole number"),
        ({"until": "1/1/2020"}, "Last day lies in the past"),
        ({"until": "31/2/2026"}, "must be a day, such as 31/3/2026"),
    ],
)
def test_what_a_token_cannot_be_is_said_at_its_field(
    deployment: Deployment, officer: Desk, typed: dict[str, str], said: str
) -> None:
    answer = officer.submit(f"/console/licences/{deployment.licence().licence.id}/tokens/issue", **typed)
    assert (answer.status_code, said in words(answer.text)) == (422, True)


def test_a_token_is_revoked_with_a_reason(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence()
    secret = deployment.token(licence)
    page = officer.get(f"/console/licences/{licence.licence.id}").text
    address = re.search(r'href="(/console/tokens/[0-9a-f-]+/revoke)"', page).group(1)
    assert officer.submit(address).status_code == 422
    assert officer.submit(address, reason="left in a train").status_code == 302
    refused = deployment.post_activation(secret)
    assert refused.json["code"] == "token_revoked"


def test_no_token_can_be_revoked_where_that_changes_nothing(deployment: Deployment, desk: Callable[..., Desk]) -> None:
    licence = deployment.licence()
    places = (f"/console/licences/{licence.licence.id}", f"/console/organisations/{licence.licence.organisation_id}")
    for _ in range(2):
        deployment.token(licence)
    officer = desk(Role.LICENSING_OFFICER)

    def offered() -> list[list[str]]:
        return [re.findall(r"/console/tokens/[0-9a-f-]+/revoke", officer.get(place).text) for place in places]

    first, second = sorted(offered()[0])
    assert [sorted(each) for each in offered()] == [[first, second]] * 2
    officer.submit(first, reason="left in a train")
    assert offered() == [[second]] * 2
    assert (officer.get(first).status_code, officer.get(first).location) == (302, places[0])
    licence_acts.revoke(deployment.runtime, licence.licence.id, now=deployment.clock(), actor="test")
    assert offered() == [[], []]
    assert (officer.get(second).status_code, officer.get(second).location) == (302, places[0])


def test_a_history_does_not_say_that_a_new_token_was_used_0_times(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence()
    deployment.token(licence, uses=2)
    for place in (f"licences/{licence.licence.id}", f"organisations/{licence.licence.organisation_id}", "audit"):
        said = words(officer.get(f"/console/{place}").text)
        assert ("Uses limit: 2" in said, "Uses: 0" in said) == (True, False)


@pytest.fixture
def field(deployment: Deployment) -> dict[str, Installed]:
    """One installation of each kind, by what it is."""
    licence = deployment.licence()
    token = deployment.token(licence)
    made = {"silent": deployment.installation(token), "released": deployment.installation(token)}
    made["declined"] = deployment.installation(token)
    made["revoked"] = deployment.installation(token)
    made["declined"].sync(usage_reporting="off")
    deployment.clock.advance(days=40)
    made["lively"] = deployment.installation(token)
    made["lively"].sync()
    return made


def test_installations_are_found_by_their_state(
    deployment: Deployment, field: dict[str, Installed], officer: Desk
) -> None:
    for name, act in (("released", "release"), ("revoked", "revoke")):
        address = f"{LIST}/{field[name].id}/{act}"
        assert officer.submit(address, reason="").status_code == 422
        assert officer.submit(address, reason="PC gone").status_code == 302

    def shown(state: str) -> set[str]:
        text = officer.get(f"{LIST}?state={state}").text
        assert f"{len(re.findall('<code ', text))} installation" in words(text)
        return {name for name, one in field.items() if f">{one.id[-12:]}</code>" in text}

    assert shown("") == set(field)
    assert shown("in_use") == {"silent", "declined", "lively"}
    assert shown("silent") == {"silent"}
    assert shown("never_synced") == {"silent"}
    assert shown("declined") == {"declined"}
    assert shown("released") == {"released"}
    assert shown("revoked") == {"revoked"}
    report = deployment.report()["installations"]
    assert report["silent"] - 2 == count(
        deployment.runtime, InstallationFilter(state=State.SILENT), now=deployment.clock()
    ), "as in the report, which also counts what was released or revoked"
    entry = audit.list_entries(deployment.runtime, limit=1, cursor=None, action="installation_revoked").items[0]
    assert entry.reason == "PC gone"


def test_what_a_revoked_licence_leaves_behind_is_not_called_active(
    deployment: Deployment, desk: Callable[..., Desk]
) -> None:
    licence = deployment.licence(seats=2)
    one, two = deployment.installation(deployment.token(licence)), deployment.token(licence, uses=1)
    places = (f"/console/licences/{licence.licence.id}", f"/console/organisations/{licence.licence.organisation_id}")

    def said() -> str:
        officer = desk(Role.LICENSING_OFFICER)
        addresses = (*places, f"{LIST}?organisation_id={licence.licence.organisation_id}", f"{LIST}/{one.id}/revoke")
        return " | ".join(words(officer.get(address).text) for address in addresses)

    def counts(state: State) -> int:
        return count(deployment.runtime, InstallationFilter(state), now=deployment.clock())

    assert (counts(State.IN_USE), counts(State.STOPPED)) == (1, 0)
    assert f"{two[-4:]} Active" in said()
    licence_acts.revoke(deployment.runtime, licence.licence.id, now=deployment.clock(), actor="test")
    assert (counts(State.IN_USE), counts(State.STOPPED)) == (0, 1)
    assert "Licence revoked Stops at its next contact, at the latest on 1 May 2026" in said()
    assert f"{two[-4:]} Licence revoked" in said()
    assert re.search(r"Baker &amp; Sons – – Revoked 0 ", words(desk(Role.VIEWER).get("/console/organisations").text))
    deployment.clock.advance(days=70)
    assert "Licence revoked Stopped" in said()
    assert " Active " not in said()


def test_the_export_of_installations_is_what_is_shown(
    deployment: Deployment, field: dict[str, Installed], viewer: Desk
) -> None:
    answer = viewer.submit(f"{LIST}?state=declined", action="/export?state=declined")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == [field["declined"].id]
    entry = audit.list_entries(deployment.runtime, limit=1, cursor=None).items[0]
    assert entry.action == "installations_exported"


def test_the_impact_of_ending_an_installation_is_said(deployment: Deployment, desk: Callable[..., Desk]) -> None:
    one = deployment.installation()
    page = words(desk(Role.LICENSING_OFFICER).get(f"{LIST}/{one.id}/revoke").text)
    assert "1 installation stops at once" in page
    assert "This is final" in page
    deployment.clock.advance(days=70)
    assert "nothing stops" in words(desk(Role.LICENSING_OFFICER).get(f"{LIST}/{one.id}/release").text)


def test_lists_of_one_organisation_and_bad_addresses(deployment: Deployment, viewer: Desk) -> None:
    one = deployment.installation()
    organisation = deployment.organisation("Other")
    assert "0 installations" in words(viewer.get(f"{LIST}?organisation_id={organisation.id}").text)
    assert "Installations of Other" in words(viewer.get(f"{LIST}?organisation_id={organisation.id}").text)
    assert one.id[-12:] in viewer.get(LIST).text
    assert viewer.get(f"{LIST}?organisation_id=odd").status_code == 422
    assert viewer.get(f"{LIST}?state=odd").status_code == 422
    assert viewer.get(f"{LIST}/{one.id}/release").status_code == 403
