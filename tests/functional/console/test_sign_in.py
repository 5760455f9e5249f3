"""Signing in: one-time password, own password, second factor, back-off, ended sessions."""

import re

import pyotp
import pytest

from licence_server.domain.roles import Role
from licence_server.services import audit, licences, people
from tests.support.deployment import ACTOR, Deployment
from tests.support.desk import ORIGIN, Desk, forms, second_factor_key, words

RECOVERY = re.compile(r"<li>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</li>")

OWN = "plum lantern orbit seven"


class Visitor(Desk):
    """Somebody who has not signed in yet."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(deployment.app, deployment.runtime, deployment.clock, None)

    def signs_in(self, email: str, password: str) -> object:
        return self.submit("/console/sign-in", email=email, password=password)


@pytest.fixture
def visitor(deployment: Deployment) -> Visitor:
    return Visitor(deployment)


def add(deployment: Deployment, email: str, role: Role) -> str:
    return people.add(deployment.runtime, email, role, now=deployment.clock(), actor=ACTOR).secret


def test_an_administrators_first_day(deployment: Deployment, visitor: Visitor) -> None:
    one_time = add(deployment, "Ada@Example.org", Role.ADMINISTRATOR)

    assert visitor.get("/console/").location.startswith("/console/sign-in")
    assert visitor.signs_in("ada@example.org", one_time).location == "/console/"
    assert visitor.get("/console/people").location.startswith("/console/account/password")
    assert "The one-time password has done its work" in visitor.get("/console/account/password").text
    visitor.submit("/console/account/password", password=OWN, again=OWN)
    assert visitor.get("/console/people").location.startswith("/console/account/second-factor")
    page = visitor.get("/console/account/second-factor")
    secret = second_factor_key(page.text)
    code = pyotp.TOTP(secret).at(deployment.clock())
    done = visitor.submit("/console/account/second-factor", code=code)
    recovery = RECOVERY.findall(done.text)
    assert len(recovery) == 10
    assert visitor.get("/console/people").status_code == 200

    again = Visitor(deployment)
    again.signs_in("ada@example.org", OWN)
    assert again.get("/console/people").location.startswith("/console/code")
    assert again.submit("/console/code", code=code).status_code == 403, "a code counts once"
    assert again.submit("/console/code", code=recovery[0]).status_code == 302
    assert again.get("/console/people").status_code == 200
    third = Visitor(deployment)
    third.signs_in("ada@example.org", OWN)
    assert third.submit("/console/code", code=recovery[0]).status_code == 403, "so does a recovery code"


def test_a_one_time_password_is_good_for_a_week_and_once_chosen_the_old_one_ends(
    deployment: Deployment, visitor: Visitor
) -> None:
    one_time = add(deployment, "vera@example.org", Role.VIEWER)
    visitor.signs_in("vera@example.org", one_time)
    visitor.submit("/console/account/password", password=OWN, again=OWN)
    assert visitor.get("/console/").status_code == 200
    assert Visitor(deployment).signs_in("vera@example.org", one_time).status_code == 403

    late = add(deployment, "late@example.org", Role.VIEWER)
    deployment.clock.advance(days=7)
    assert "expired" in words(Visitor(deployment).signs_in("late@example.org", late).text)


def test_guesses_have_to_wait_longer_each_time_but_never_for_good(deployment: Deployment, visitor: Visitor) -> None:
    one_time = add(deployment, "vera@example.org", Role.VIEWER)
    answers = [visitor.signs_in("vera@example.org", f"wrong {n}").status_code for n in range(8)]
    assert answers[:5] == [403] * 5
    assert set(answers[5:]) == {429}
    refused = visitor.signs_in("vera@example.org", one_time)
    assert (refused.status_code, int(refused.headers["Retry-After"]) <= 10) == (429, True)
    deployment.clock.advance(minutes=16)
    assert visitor.signs_in("vera@example.org", one_time).status_code == 302


def test_an_unknown_address_is_answered_like_a_known_one(deployment: Deployment, visitor: Visitor) -> None:
    add(deployment, "vera@example.org", Role.VIEWER)
    known = [visitor.signs_in("vera@example.org", "wrong") for _ in range(4)]
    unknown = [visitor.signs_in("nobody@example.org", "wrong") for _ in range(4)]
    strip = re.compile(r'(value|nonce)="[^"]*"')
    assert {strip.sub("", answer.text).replace("nobody", "vera") for answer in unknown} == {
        strip.sub("", answer.text) for answer in known
    }


def test_an_idle_session_ends_and_so_does_a_long_one(deployment: Deployment, viewer: Desk) -> None:
    deployment.clock.advance(hours=1, minutes=59)
    assert viewer.get("/console/").status_code == 200
    deployment.clock.advance(hours=2)
    assert viewer.get("/console/").status_code == 302


def test_a_session_ended_elsewhere_is_over(deployment: Deployment, viewer: Desk, desk: object) -> None:
    other = Desk(deployment.app, deployment.runtime, deployment.clock, Role.VIEWER)
    end = next(form for form in forms(other.get("/console/account").text) if form.action.endswith("/end"))
    assert other.post(end.action, end.fields).status_code == 302
    assert viewer.get("/console/").status_code == 302
    assert other.get("/console/").status_code == 200


def test_a_form_from_elsewhere_is_refused(deployment: Deployment, administrator: Desk) -> None:
    fields = {"email": "eve@example.org", "role": "administrator"}
    refused = administrator.client.post("/console/people/invite", base_url=ORIGIN, data=fields)
    assert (refused.status_code, "form_expired" in refused.text) == (400, True)
    assert [person.email for person in people.list_all(deployment.runtime)] == ["administrator@example.org"]


def test_an_invitation_works_once(deployment: Deployment, administrator: Desk, visitor: Visitor) -> None:
    page = administrator.submit("/console/people/invite", email="olga@example.org", role="licensing_officer")
    path = re.search(r"https://licences.example(/console/invitation/[^<]+)<", page.text).group(1)
    assert visitor.submit(path, password="short").status_code == 422
    assert visitor.submit(path, password=OWN).status_code == 302
    assert visitor.get("/console/").status_code == 200
    assert Visitor(deployment).get(path).status_code == 403
    assert visitor.get("/console/people").status_code == 403, "an officer is no administrator"


def test_the_same_invitation_form_sent_twice_invites_once(deployment: Deployment, administrator: Desk) -> None:
    form = next(f for f in forms(administrator.get("/console/people/invite").text) if "sign-out" not in f.action)
    fields = {**form.fields, "email": "olga@example.org", "role": "viewer"}
    first = administrator.post("/console/people/invite", fields)
    second = administrator.post("/console/people/invite", fields)
    link = re.compile(r"/console/invitation/[^<]+<")
    assert link.search(first.text).group(0) == link.search(second.text).group(0)


def test_acts_on_people_ask_for_the_password_again_after_ten_minutes(
    deployment: Deployment, administrator: Desk
) -> None:
    deployment.clock.advance(minutes=11)
    assert administrator.get("/console/people/invite").location.startswith("/console/again")


def enrolment(deployment: Deployment, desk: Desk) -> dict[str, str]:
    """The form that sets a second factor up, with the code that the app shows now."""
    page = desk.get("/console/account/second-factor")
    secret = second_factor_key(page.text)
    form = next(form for form in forms(page.text) if "sign-out" not in form.action)
    return {**form.fields, "code": pyotp.TOTP(secret).at(deployment.clock())}


def test_a_second_click_shows_the_recovery_codes_of_the_first(deployment: Deployment, viewer: Desk) -> None:
    fields = enrolment(deployment, viewer)
    first, second = (viewer.post("/console/account/second-factor", fields) for _ in range(2))
    assert (second.status_code, len(RECOVERY.findall(second.text))) == (200, 10)
    assert RECOVERY.findall(first.text) == RECOVERY.findall(second.text)
    later = viewer.get("/console/account/second-factor")
    assert (later.status_code, "make new ones under your account" in later.text) == (409, True)

    form = next(f for f in forms(viewer.get("/console/account/recovery-codes").text) if "sign-out" not in f.action)
    new = [RECOVERY.findall(viewer.post("/console/account/recovery-codes", form.fields).text) for _ in range(2)]
    assert new[0] == new[1] != RECOVERY.findall(first.text)


def test_wrong_codes_at_setting_up_must_wait_too(deployment: Deployment, viewer: Desk) -> None:
    right = enrolment(deployment, viewer)
    for number in range(5):
        assert "not right" in viewer.post("/console/account/second-factor", {**right, "code": f"00000{number}"}).text
    assert "too many attempts" in viewer.post("/console/account/second-factor", right).text


@pytest.fixture
def olga(deployment: Deployment, visitor: Visitor) -> Visitor:
    """An officer with a password of her own, given eleven minutes ago."""
    one_time = add(deployment, "olga@example.org", Role.LICENSING_OFFICER)
    visitor.signs_in("olga@example.org", one_time)
    visitor.submit("/console/account/password", password=OWN, again=OWN)
    return visitor


def test_a_form_sent_too_late_is_kept_in_the_question_for_the_password(deployment: Deployment, olga: Visitor) -> None:
    licence = deployment.licence().licence.id
    path = f"/console/licences/{licence}/revoke"
    form = next(form for form in forms(olga.get(path).text) if "sign-out" not in form.action)
    deployment.clock.advance(minutes=11)
    asked = olga.post(path, {**form.fields, "reason": 'It said "<closed>"'})
    assert (asked.status_code, "What you entered is kept" in asked.text) == (200, True)
    for password, status in (("", 422), ("not this one", 403), (OWN, 302)):
        kept = next(form for form in forms(asked.text) if "sign-out" not in form.action)
        assert kept.fields["reason"] == 'It said "<closed>"'
        assert licences.get(deployment.runtime, licence, now=deployment.clock()).status == "active"
        asked = olga.post(path, {**kept.fields, "password": password})
        assert asked.status_code == status
    assert licences.get(deployment.runtime, licence, now=deployment.clock()).status == "revoked"
    [entry] = audit.list_entries(deployment.runtime, limit=1, cursor=None).items
    assert (entry.action, entry.reason) == ("licence_revoked", 'It said "<closed>"')


def test_what_no_page_may_repeat_is_not_kept(deployment: Deployment, olga: Visitor) -> None:
    form = next(f for f in forms(olga.get("/console/account/password").text) if "sign-out" not in f.action)
    deployment.clock.advance(minutes=11)
    asked = olga.post("/console/account/password", {**form.fields, "password": "a new secret one", "again": OWN})
    assert asked.location == "/console/again?next=/console/account/password"


def test_another_administrator_invites_again_when_an_invitation_lapsed(
    deployment: Deployment, administrator: Desk, visitor: Visitor
) -> None:
    first = administrator.submit("/console/people/invite", email="olga@example.org", role="viewer")
    lapsed = re.search(r"https://licences.example(/console/invitation/[^<]+)<", first.text).group(1)
    assert visitor.get(lapsed).status_code == 200
    deployment.clock.advance(days=8)
    assert visitor.get(lapsed).status_code == 403
    other = Desk(deployment.app, deployment.runtime, deployment.clock, Role.ADMINISTRATOR, "other@example.org")
    assert "Invitation lapsed on 9 March 2026" in words(other.get("/console/people").text)
    refused = other.submit("/console/people/invite", email="olga@example.org", role="viewer")
    assert "invite again" in refused.text
    person = next(row for row in people.list_all(deployment.runtime) if row.email == "olga@example.org")
    page = other.submit(f"/console/people/{person.id}/invite-again")
    link = re.search(r"https://licences.example(/console/invitation/[^<]+)<", page.text).group(1)
    assert visitor.submit(link, password=OWN).status_code == 302


def test_the_last_administrator_stays(deployment: Deployment, administrator: Desk) -> None:
    person = people.list_all(deployment.runtime)[0]
    refused = administrator.submit(f"/console/people/{person.id}/remove")
    assert (refused.status_code, "last_administrator" in refused.text) == (409, True)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/console/\\evil", "/api/v1"])
def test_signing_in_never_leads_elsewhere(deployment: Deployment, visitor: Visitor, elsewhere: str) -> None:
    one_time = add(deployment, "vera@example.org", Role.VIEWER)
    answer = visitor.submit("/console/sign-in", email="vera@example.org", password=one_time, next=elsewhere)
    assert answer.location == "/console/"


def test_the_cookie_is_bound_to_this_host(deployment: Deployment, visitor: Visitor) -> None:
    one_time = add(deployment, "vera@example.org", Role.VIEWER)
    cookie = visitor.signs_in("vera@example.org", one_time).headers["Set-Cookie"]
    assert cookie.startswith("__Host-licence-server=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie


def test_whoever_was_asked_to_sign_in_goes_on_to_the_page_they_wanted(deployment: Deployment, visitor: Visitor) -> None:
    one_time = add(deployment, "vera@example.org", Role.VIEWER)
    asked = visitor.get("/console/kits").location
    form = next(form for form in forms(visitor.get(asked).text) if "password" in form.fields)
    # The form says it itself: sent to the bare address it still leads there, through the first password.
    answer = visitor.post("/console/sign-in", {**form.fields, "email": "vera@example.org", "password": one_time})
    assert answer.location == "/console/kits"
    form = next(
        form for form in forms(visitor.get(visitor.get("/console/kits").location).text) if "again" in form.fields
    )
    answer = visitor.post("/console/account/password", {**form.fields, "password": OWN, "again": OWN})
    assert answer.location == "/console/kits"
