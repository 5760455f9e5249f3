"""The table of rights is held by every route: nobody, viewer, licensing officer, administrator."""

import re
import uuid
from collections.abc import Callable

import pytest
from werkzeug.routing import Rule

from licence_server.console.rights import RIGHTS
from licence_server.domain.roles import Role
from tests.support.deployment import Deployment
from tests.support.desk import ORIGIN, Desk, forms

# Said here once more, and not read from the table: a row that is changed by mistake must be noticed.
ASK_AGAIN = {
    "choose_password",
    "enrol",
    "recovery_codes",
    "revoke_all_licences",
    "revoke_licence",
    "revoke_token",
    "revoke_installation",
    "create_api_key",
    "revoke_api_key",
    "rotate_signing_key",
    "change_retention",
    "invite",
    "invite_again",
    "change_role",
    "remove_person",
}
OF_EVERYBODY = {"sign_in", "invitation"}
# Their own account, and files of what they may read.
OF_VIEWERS = OF_EVERYBODY | {
    "sign_out",
    "give_code",
    "prove_again",
    "choose_password",
    "enrol",
    "recovery_codes",
    "end_session",
    "audit_chain",
    "export_audit_log",
    "export_committee_report",
    "export_feedback",
    "export_figures",
    "export_installations",
    "export_organisations",
}


def routes(deployment: Deployment) -> list[tuple[str, str, str]]:
    """Name, method and an address of every route of the console."""
    found = []
    for rule in deployment.app.url_map.iter_rules():
        if rule.endpoint.startswith("console."):
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                found.append((rule.endpoint.removeprefix("console."), method, address(rule)))
    return found


def address(rule: Rule) -> str:
    values: dict[str, object] = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        values[name] = uuid.uuid4() if kind == "UUIDConverter" else 1 if kind == "IntegerConverter" else "some-name"
    built = rule.build(values)
    assert built is not None
    return str(built[1])


def test_the_table_names_every_route_and_no_other(deployment: Deployment) -> None:
    assert {name for name, _, _ in routes(deployment)} == set(RIGHTS)


def good_token(somebody: Desk) -> str:
    """What a form of somebody's session carries, as the account shows it."""
    return str(next(form for form in forms(somebody.get("/console/account").text)).fields["csrf_token"])


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_what_the_table_says_and_nothing_more(
    deployment: Deployment, desk: Callable[..., Desk], role: Role
) -> None:
    wrong, somebody = [], desk(role)
    # A POST carries a good token, so that only the rights decide.
    token = good_token(somebody)
    for name, method, path in routes(deployment):
        if name == "sign_out":
            continue
        right = RIGHTS[name]
        answer = somebody.get(path) if method == "GET" else somebody.post(path, {"csrf_token": token})
        got = answer.status_code
        allowed = right.role is None or role.covers(right.role)
        if allowed == (got == 403) and not (name == "invitation" and got == 403):
            wrong.append((name, method, got))
    assert wrong == []
    assert good_token(somebody) != "", "still signed in"


def test_a_viewer_sends_nothing_that_changes_what_is_not_theirs(deployment: Deployment, viewer: Desk) -> None:
    token = {"csrf_token": good_token(viewer)}
    sent = [(name, path) for name, method, path in routes(deployment) if method == "POST" and name != "sign_out"]
    taken = {name for name, path in sent if viewer.post(path, token).status_code != 403}
    # Of an invitation that does not exist everybody hears that it is over.
    assert taken == OF_VIEWERS - {"sign_out", "invitation"}


def test_no_form_is_taken_without_the_token_of_our_own_pages(deployment: Deployment, administrator: Desk) -> None:
    sent = [(name, path) for name, method, path in routes(deployment) if method == "POST"]
    answers = {name: administrator.post(path, {"reason": "a page elsewhere"}) for name, path in sent}
    assert len(answers) > 40
    assert {
        name for name, answer in answers.items() if (answer.status_code, "form_expired" in answer.text) != (400, True)
    } == set()


def test_what_cannot_be_undone_asks_for_the_password_again(deployment: Deployment, administrator: Desk) -> None:
    token = good_token(administrator)
    deployment.clock.advance(minutes=11)
    asking = set()
    for name, method, path in routes(deployment):
        if name in ("sign_out", "prove_again"):
            continue
        answer = administrator.get(path) if method == "GET" else administrator.post(path, {"csrf_token": token})
        if (answer.location or "").startswith("/console/again") or 'name="password"' in answer.text:
            asking.add((name, method))
    both = {(name, method) for name, method, _ in routes(deployment) if name in ASK_AGAIN}
    assert asking - both <= {("sign_in", "GET"), ("sign_in", "POST")}
    assert both - asking == set()


def test_what_the_question_for_the_password_would_repeat_holds_no_secret(
    deployment: Deployment, administrator: Desk, officer: Desk
) -> None:
    """A form is kept in the question, except where the table says that it holds a secret."""
    pages = {
        name: answer.text
        for somebody in (administrator, officer)
        for name, method, path in routes(deployment)
        if method == "GET" and RIGHTS[name].fresh and (answer := somebody.get(path)).status_code == 200
    }
    with_secret = {name for name, text in pages.items() if re.search('type="(password|file)"|one-time-code', text)}
    assert len(pages) > 5
    assert with_secret == {name for name in pages if RIGHTS[name].secret}


def test_nobody_gets_nothing(deployment: Deployment) -> None:
    client = deployment.app.test_client()
    wrong = []
    for name, method, path in routes(deployment):
        if RIGHTS[name].role is None:
            continue
        answer = client.open(path, method=method, base_url=ORIGIN)
        sent_away = answer.status_code == 302 and "/console/sign-in" in answer.location
        if not (sent_away or (method != "GET" and answer.status_code == 400)):
            wrong.append((name, method, answer.status_code))
    assert wrong == []
