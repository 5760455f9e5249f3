"""Ways around sign-in that were tried, each with what stops it."""

from collections.abc import Callable

import pyotp
import pytest

from licence_server.domain.back_off import MANY
from licence_server.domain.errors import Conflict, Refused, TooManyRequests
from licence_server.domain.roles import Role
from licence_server.models import BackOff, PersonSession, RateLimit, RateSalt
from licence_server.services import back_off, passwords, people, person_sessions, second_factor, sign_in
from licence_server.services.person_sessions import Member, Step
from licence_server.services.sign_in import Visitor
from tests.support.deployment import ACTOR, Deployment
from tests.support.desk import Desk, forms, second_factor_key, words

OWN = "plum lantern orbit seven"
HERE = Visitor("192.0.2.1", "a test")


def add(deployment: Deployment, email: str = "vera@example.org", role: Role = Role.VIEWER) -> str:
    return people.add(deployment.runtime, email, role, now=deployment.clock(), actor=ACTOR).secret


def stranger(deployment: Deployment) -> Desk:
    return Desk(deployment.app, deployment.runtime, deployment.clock, None)


@pytest.mark.parametrize("path", ["/console/account/second-factor", "/console/account/password"])
def test_an_open_browser_does_not_get_past_the_question_for_the_password(
    deployment: Deployment, officer: Desk, path: str
) -> None:
    deployment.clock.advance(minutes=11)
    assert officer.get(path).location.startswith("/console/again")


def test_a_code_alone_makes_no_session_fresh(deployment: Deployment, officer: Desk) -> None:
    page = officer.get("/console/account/second-factor")
    secret = second_factor_key(page.text)
    officer.submit("/console/account/second-factor", code=pyotp.TOTP(secret).at(deployment.clock()))
    deployment.clock.advance(minutes=11)
    form = forms(officer.get("/console/account").text)[0]
    fields = {"csrf_token": form.fields["csrf_token"], "code": pyotp.TOTP(secret).at(deployment.clock())}
    assert officer.post("/console/code", fields).location == "/console/"
    assert officer.get("/console/account/recovery-codes").location.startswith("/console/again")


def test_a_code_where_no_second_factor_is_set_up(deployment: Deployment, viewer: Desk) -> None:
    assert viewer.get("/console/code").location == "/console/"
    [person] = people.list_all(deployment.runtime)
    member = _member(deployment, person.id)
    with pytest.raises(Conflict):
        second_factor.give(deployment.runtime, member, "123456", now=deployment.clock())


def _member(deployment: Deployment, person_id: object) -> Member:
    with deployment.runtime.database.reading() as session:
        found = session.query(PersonSession).filter_by(person_id=person_id).one()
    now = deployment.clock()
    return Member(person_id, "x@example.org", Role.VIEWER, found.id, Step.NONE, now, False)  # type: ignore[arg-type]


@pytest.mark.parametrize("meanwhile", ["reset", "remove", "choose"])
def test_a_sign_in_under_way_does_not_outlive_what_ends_all_sessions(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """The password is right when it is checked, and void before the session begins."""
    one_time = add(deployment)
    check, runtime, now = passwords.is_right, deployment.runtime, deployment.clock()
    [person] = people.list_all(runtime)

    def slowly(password_hash: str | None, password: str) -> bool:
        right = check(password_hash, password)
        monkeypatch.setattr(passwords, "is_right", check)
        if meanwhile == "reset":
            people.reset(runtime, person.email, now=now, actor=ACTOR)
        elif meanwhile == "remove":
            people.remove(runtime, person.id, now=now, actor=ACTOR)
        else:
            sign_in.choose_password(runtime, _signed_in(deployment, person.email, one_time), OWN, now=now)
        return right

    monkeypatch.setattr(passwords, "is_right", slowly)
    with pytest.raises(Refused):
        sign_in.sign_in(runtime, person.email, one_time, HERE, now=now)


def _signed_in(deployment: Deployment, email: str, password: str) -> Member:
    secret = sign_in.sign_in(deployment.runtime, email, password, HERE, now=deployment.clock())
    found = person_sessions.find(deployment.runtime, secret, now=deployment.clock())
    assert found is not None
    return found


def test_guesses_from_outside_do_not_keep_waiting_who_is_inside(deployment: Deployment) -> None:
    one_time = add(deployment)
    vera = stranger(deployment)
    vera.submit("/console/sign-in", email="vera@example.org", password=one_time)
    vera.submit("/console/account/password", password=OWN, again=OWN)
    guesser = stranger(deployment)
    for number in range(8):
        guesser.submit("/console/sign-in", email="vera@example.org", password=f"guess {number}")
    assert vera.submit("/console/again", password=OWN).status_code == 302


def _try(deployment: Deployment, password: str, address: str | None) -> str:
    """What becomes of one attempt at Vera's password from an address."""
    try:
        sign_in.sign_in(
            deployment.runtime, "vera@example.org", password, Visitor(address, "a test"), now=deployment.clock()
        )
    except (Refused, TooManyRequests) as error:
        return error.code
    return "in"


def test_nobody_elsewhere_keeps_somebody_out(deployment: Deployment) -> None:
    """Whoever asks again and again, right after each wait, is let guess no more often, and delays nobody else."""
    one_time, answers = add(deployment), []
    for _ in range(40):
        deployment.clock.advance(seconds=20)
        answers.append(_try(deployment, "a guess", "2001:db8::1"))
    assert answers.count("credentials_unknown") <= 12
    assert _try(deployment, one_time, "2001:db8::ffff:2") == "too_many_attempts", "the same network is one place"
    assert _try(deployment, one_time, "2001:db8:0:1::1") == "in"


def test_refused_attempts_count_against_their_address(deployment: Deployment) -> None:
    add(deployment)
    assert [_try(deployment, "a guess", "192.0.2.9") for _ in range(10)].count("credentials_unknown") == 5
    with pytest.raises(TooManyRequests, match="from here"):
        sign_in.sign_in(
            deployment.runtime, "olga@example.org", "a guess", Visitor("192.0.2.9", "x"), now=deployment.clock()
        )


def test_guesses_from_many_places_wait_longest_and_a_place_without_one_gets_in(deployment: Deployment) -> None:
    one_time = add(deployment)
    for number in range(MANY):
        back_off.reserve(
            deployment.runtime, "sign-in vera@example.org", now=deployment.clock(), place=f"198.51.100.{number}"
        )
    assert _try(deployment, "a guess", "198.51.100.7") == "too_many_attempts", "one failure is enough by now"
    deployment.clock.advance(minutes=14)
    assert _try(deployment, "a guess", "198.51.100.7") == "too_many_attempts"
    assert _try(deployment, one_time, "192.0.2.1") == "in"
    assert _try(deployment, "a guess", "198.51.100.7") == "credentials_unknown", "who signs in ends the alarm"


def test_where_no_address_is_known_guesses_at_one_name_keep_no_other_waiting(deployment: Deployment) -> None:
    one_time = add(deployment)
    for number in range(12):
        deployment.clock.advance(seconds=1)
        _try(deployment, f"guess {number}", None)
    assert _try(deployment, one_time, None) == "too_many_attempts"
    other = people.add(deployment.runtime, "olga@example.org", Role.VIEWER, now=deployment.clock(), actor=ACTOR)
    visitor = Visitor(None, "a test")
    assert sign_in.sign_in(deployment.runtime, other.person.email, other.secret, visitor, now=deployment.clock())


def test_no_address_stands_in_the_database(deployment: Deployment) -> None:
    add(deployment)
    _try(deployment, "a guess", "192.0.2.77")
    with deployment.runtime.database.reading() as session:
        kept = [str(vars(row)) for model in (BackOff, RateLimit, RateSalt) for row in session.query(model)]
    assert len(kept) == 4
    assert not [row for row in kept if "192.0.2" in row]


def test_guesses_at_the_password_inside_must_wait_too(deployment: Deployment, viewer: Desk) -> None:
    answers = [viewer.submit("/console/again", password=f"guess {number}").status_code for number in range(7)]
    assert answers == [403] * 5 + [429] * 2


def test_the_one_time_password_cannot_be_kept(deployment: Deployment) -> None:
    one_time = add(deployment)
    vera = stranger(deployment)
    vera.submit("/console/sign-in", email="vera@example.org", password=one_time)
    kept = vera.submit("/console/account/password", password=one_time, again=one_time)
    assert (kept.status_code, "somebody else has seen" in kept.text) == (422, True)


def test_somebody_invited_is_not_yet_another_administrator(deployment: Deployment, administrator: Desk) -> None:
    administrator.submit("/console/people/invite", email="adam@example.org", role="administrator")
    me = next(row for row in people.list_all(deployment.runtime) if row.email == "administrator@example.org")
    refused = administrator.submit(f"/console/people/{me.id}/remove")
    assert (refused.status_code, "last_administrator" in refused.text) == (409, True)


@pytest.mark.parametrize("email", ["x" * 100_000, "\ufffd@\u202e", "' OR 1=1 --"])
def test_strange_addresses_are_unknown_ones(deployment: Deployment, email: str) -> None:
    answer = stranger(deployment).submit("/console/sign-in", email=email, password="x")
    assert (answer.status_code, "is not right" in words(answer.text)) == (403, True)


def test_a_form_sent_again_with_other_content_is_another_act(deployment: Deployment, administrator: Desk) -> None:
    """After a look back, the browser shows the old form with its old id."""
    form = next(f for f in forms(administrator.get("/console/people/invite").text) if "sign-out" not in f.action)
    for email in ("olga@example.org", "otto@example.org", "olga@example.org"):
        answer = administrator.post("/console/people/invite", {**form.fields, "email": email, "role": "viewer"})
        assert f"Invitation for {email}" in answer.text
    assert len(people.list_all(deployment.runtime)) == 3


def test_what_a_removed_person_had_open_is_over_at_once(
    deployment: Deployment, officer: Desk, desk: Callable[..., Desk]
) -> None:
    form = next(f for f in forms(officer.get("/console/account").text) if "sign-out" in f.action)
    person = next(row for row in people.list_all(deployment.runtime) if row.role == Role.LICENSING_OFFICER.value)
    people.remove(deployment.runtime, person.id, now=deployment.clock(), actor=ACTOR)
    assert officer.get("/console/").location.startswith("/console/sign-in")
    assert officer.post("/console/sign-out", form.fields).location.startswith("/console/sign-in")


def test_a_browser_left_open_does_not_rise_with_its_owner(
    deployment: Deployment, viewer: Desk, administrator: Desk
) -> None:
    person = next(row for row in people.list_all(deployment.runtime) if row.role == Role.VIEWER.value)
    people.change_role(deployment.runtime, person.id, Role.VIEWER, now=deployment.clock(), actor=ACTOR)
    assert viewer.get("/console/").status_code == 200, "nothing was changed"
    administrator.submit(f"/console/people/{person.id}/role", role="administrator")
    assert viewer.get("/console/account/second-factor").location.startswith("/console/sign-in")


@pytest.mark.parametrize(
    ("role", "step"), [(Role.ADMINISTRATOR, "second-factor"), (Role.VIEWER, "password"), (Role.VIEWER, "second-factor")]
)
def test_a_step_of_signing_in_left_open_asks_for_the_password_again(
    deployment: Deployment, role: Role, step: str
) -> None:
    one_time = add(deployment, role=role)
    vera, password = stranger(deployment), one_time
    vera.submit("/console/sign-in", email="vera@example.org", password=one_time)
    path = f"/console/account/{step}"
    if step == "second-factor":
        vera.submit("/console/account/password", password=OWN, again=OWN)
        password = OWN
    assert vera.get(path).status_code == 200
    deployment.clock.advance(minutes=11)
    assert vera.get(path).location.startswith("/console/again")
    assert vera.submit("/console/again", password="not this one").status_code == 403
    assert vera.get(path).status_code == 302
    assert vera.submit("/console/again", password=password).status_code == 302
    assert vera.get(path).status_code == 200
