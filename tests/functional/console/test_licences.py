"""Licences at the console: grant, suspend and undo, extend, terms, revoke one, revoke all."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from licence_server.domain.licence import LicenceTerms
from licence_server.domain.roles import Role
from licence_server.services import audit, licences
from licence_server.services.licences import LicenceView
from tests.support.acts import change
from tests.support.deployment import Deployment
from tests.support.desk import Desk, forms, words


def path(licence: LicenceView, act: str = "") -> str:
    return f"/console/licences/{licence.licence.id}" + (f"/{act}" if act else "")


def now_of(deployment: Deployment, licence: LicenceView) -> LicenceView:
    return licences.get(deployment.runtime, licence.licence.id, now=deployment.clock())


def form_of(somebody: Desk, address: str) -> dict[str, str]:
    """The fields of a page's own form."""
    return next(form for form in forms(somebody.get(address).text) if "sign-out" not in form.action).fields


def last_entry(deployment: Deployment) -> tuple[str, str | None]:
    entry = audit.list_entries(deployment.runtime, limit=1, cursor=None).items[0]
    return entry.action, entry.reason


def test_an_officer_grants_a_trial_with_the_usual_terms(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    organisation = deployment.organisation()
    granted = officer.submit(f"/console/organisations/{organisation.id}/grant", seat_limit="5", reason="first wave")
    page = words(officer.get(granted.location).text)
    for part in ("The licence was granted", "183 days from its first activation", "0 of 5", "30 days", "first wave"):
        assert part in page, part
    view = licences.list_page(deployment.runtime, now=deployment.clock(), limit=5, cursor=None).items[0]
    assert (view.licence.terms, view.licence.trial_days) == (LicenceTerms(seat_limit=5), 183)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"end": "until"}, "Enter the last day"),
        ({"end": "until", "until": "1/1/2020"}, "Last day must not lie before the start, nor in the past"),
        ({"end": "until", "until": "someday"}, "Last day must be a day, such as 31/3/2026"),
        ({"end": "days", "trial_days": ""}, "Enter the number of days"),
        ({"trial_days": "0"}, "Number of days must lie between 1 and 36500"),
        ({"end": "never"}, "A trial has to end: choose how"),
        ({"lease_days": "0"}, "Days a kit runs without contact must lie between 1 and 36500"),
        ({"lease_days": "-1"}, "Days a kit runs without contact must be a whole number"),
        ({"seat_limit": "0"}, "Seats must lie between 1 and 1000000"),
        ({"first": "1/1/1900"}, "First day must lie between"),
        ({"kit": "no-such-kit"}, "Not a valid choice"),
        ({"reason": "x" * 2001}, "longer than 2000 characters"),
    ],
)
def test_a_grant_that_cannot_be_is_said_at_its_field(
    deployment: Deployment, officer: Desk, typed: dict[str, str], said: str
) -> None:
    deployment.kit()
    address = f"/console/organisations/{deployment.organisation().id}/grant"
    answer = officer.submit(address, **{"seat_limit": "77", **typed})
    assert (answer.status_code, said in words(answer.text)) == (422, True), words(answer.text)
    assert "seat_limit" in typed or 'value="77"' in answer.text


def test_days_are_read_as_people_write_them(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence()
    for typed in ("30/9/2026", "1 October 2026", "2026-10-02", "03.10.2026"):
        assert officer.submit(path(licence, "extend"), until=typed, reason="more time").status_code == 302, typed
    assert "3 October 2026" in officer.get(path(licence)).text


def test_the_impact_stands_before_the_button(deployment: Deployment, desk: Callable[..., Desk]) -> None:
    licence = deployment.licence(terms=LicenceTerms(lease_days=40, grace_days=20))
    token = deployment.token(licence)
    for _ in range(2):
        deployment.installation(token)
    deployment.clock.advance(days=35)
    lively = [deployment.installation(token) for _ in range(3)]
    assert len(lively) == 3
    page = words(desk(Role.LICENSING_OFFICER).get(path(licence, "suspend")).text)
    assert "3 installations stop at once, 2 by 1 May 2026." in page
    assert page.index("stop at once") < page.index("Suspend the licence Leave")


def test_suspending_can_be_undone_with_one_press(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence()
    assert officer.submit(path(licence, "suspend"), reason="").status_code == 422, "a reason is required"
    done = officer.submit(path(licence, "suspend"), reason="unpaid")
    assert now_of(deployment, licence).status == "suspended"
    assert last_entry(deployment) == ("licence_suspended", "unpaid")
    undone = officer.submit(done.location, action="/undo/suspended")
    assert now_of(deployment, licence).status == "active"
    assert last_entry(deployment)[0] == "licence_reinstated"
    assert "That was undone." in words(officer.get(undone.location).text)
    assert "/undo/" not in officer.get(done.location).text, "a stale page offers nothing to undo"


@pytest.mark.parametrize("begun", [False, True])
def test_an_extension_can_be_undone_with_one_press(deployment: Deployment, officer: Desk, begun: bool) -> None:
    licence = deployment.licence()
    if begun:
        deployment.installation(deployment.token(licence))
    before = now_of(deployment, licence).licence.ends_at
    done = officer.submit(path(licence, "extend"), until="31/12/2028", reason="asked for")
    assert now_of(deployment, licence).licence.ends_at != before
    undone = officer.submit(done.location, action="/undo/extended")
    after = now_of(deployment, licence).licence
    assert (after.ends_at, after.ends_at is not None) == (before, begun)
    assert last_entry(deployment) == ("licence_extension_undone", "Undone: extended by mistake")
    assert "That was undone." in words(officer.get(undone.location).text)


def test_new_terms_can_be_undone_with_one_press(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence(seats=5)
    officer.submit(path(licence, "terms"), seat_limit="", lease_days="10", reason="the first")
    before = now_of(deployment, licence).licence.terms
    done = officer.submit(path(licence, "terms"), seat_limit="9", grace_days="0", reason="the second")
    assert now_of(deployment, licence).licence.terms != before
    officer.submit(done.location, action="/undo/terms_changed")
    assert now_of(deployment, licence).licence.terms == before
    assert last_entry(deployment) == ("licence_terms_undone", "Undone: terms changed by mistake")


@pytest.mark.parametrize(("act", "fields"), [("extend", {"until": "31/12/2028"}), ("terms", {"seat_limit": "9"})])
def test_an_act_is_not_undone_when_something_else_happened_since(
    deployment: Deployment, officer: Desk, act: str, fields: dict[str, str]
) -> None:
    licence = deployment.licence()
    done = officer.submit(path(licence, act), reason="asked for", **fields)
    undo = next(form for form in forms(officer.get(done.location).text) if "/undo/" in form.action)
    change(deployment, "suspend", licence)
    seen = now_of(deployment, licence).licence
    assert officer.post(undo.action, undo.fields).status_code == 412
    kept = now_of(deployment, licence).licence
    assert (kept.ends_at, kept.seat_limit) == (seen.ends_at, seen.seat_limit)


def test_the_history_says_what_changed(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence(seats=5)
    officer.submit(path(licence, "terms"), seat_limit="9", reason="grew")
    organisation = f"/console/organisations/{licence.licence.organisation_id}"
    for address in (path(licence), organisation, f"{organisation}/history"):
        assert "Licence terms changed grew Seat limit: from 5 to 9" in words(officer.get(address).text), address


def test_undo_does_not_undo_what_somebody_else_did_since(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence()
    done = officer.submit(path(licence, "suspend"), reason="unpaid")
    undo = next(form for form in forms(officer.get(done.location).text) if "/undo/" in form.action)
    change(deployment, "change_terms", licence, changes={"seat_limit": 3})
    assert officer.post(undo.action, undo.fields).status_code == 412
    assert now_of(deployment, licence).status == "suspended"


def test_the_second_of_two_is_told_and_loses_nothing(deployment: Deployment, desk: Callable[..., Desk]) -> None:
    licence = deployment.licence(seats=5)
    olga, oscar = (desk(Role.LICENSING_OFFICER, f"{name}@example.org") for name in ("olga", "oscar"))
    late = form_of(oscar, path(licence, "terms"))
    assert olga.submit(path(licence, "terms"), seat_limit="9", reason="grew").status_code == 302
    told = oscar.post(path(licence, "terms"), {**late, "seat_limit": "7", "reason": "my reason"})
    said = words(told.text)
    assert told.status_code == 412
    assert "Seats 9 7" in said
    fields = next(form for form in forms(told.text) if "sign-out" not in form.action).fields
    assert (fields["seat_limit"], fields["reason"]) == ("7", "my reason")
    assert now_of(deployment, licence).licence.seat_limit == 9
    assert oscar.post(path(licence, "terms"), fields).status_code == 302
    assert now_of(deployment, licence).licence.seat_limit == 7


def test_a_double_click_and_the_back_button_act_once(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence()
    fields = {**form_of(officer, path(licence, "suspend")), "reason": "unpaid"}
    first, second = (officer.post(path(licence, "suspend"), fields) for _ in range(2))
    assert first.location == second.location
    entries = audit.list_entries(deployment.runtime, limit=50, cursor=None, action="licence_suspended").items
    assert len(entries) == 1
    assert officer.get(path(licence, "suspend")).status_code == 302, "suspended already"


def test_revoking_asks_for_the_password_again_and_is_final(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence()
    deployment.clock.advance(minutes=11)
    assert officer.get(path(licence, "revoke")).location.startswith("/console/again")
    deployment.clock.advance(minutes=-11)
    done = officer.submit(path(licence, "revoke"), reason="closed down")
    page = officer.get(done.location)
    assert "The licence was revoked." in words(page.text)
    assert "/undo/" not in page.text
    assert now_of(deployment, licence).status == "revoked"
    for act in ("suspend", "revoke", "extend", "terms", "tokens/issue"):
        assert officer.get(path(licence, act)).status_code == 302, act


def test_a_page_from_before_a_revocation_changes_nothing(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence()
    fields = {**form_of(officer, path(licence, "suspend")), "reason": "unpaid"}
    change(deployment, "revoke", licence)
    told = officer.post(path(licence, "suspend"), fields)
    assert told.status_code == 412
    again = next(form for form in forms(told.text) if "sign-out" not in form.action).fields
    final = officer.post(path(licence, "suspend"), again)
    assert (final.status_code, "that is final" in words(final.text)) == (409, True)


def test_revoking_all_ends_exactly_what_was_shown(deployment: Deployment, officer: Desk) -> None:
    organisation, kit = deployment.organisation(), deployment.kit()
    first, second = (deployment.licence(organisation, kit) for _ in range(2))
    change(deployment, "revoke", second)
    third = deployment.licence(organisation, kit)
    address = f"/console/organisations/{organisation.id}/revoke-all"
    assert "This ends 2 licences" in words(officer.get(address).text)
    stale = {**form_of(officer, address), "reason": "closed down"}
    fourth = deployment.licence(organisation, kit)
    told = officer.post(address, stale)
    assert (told.status_code, "have changed since" in words(told.text)) == (412, True)
    assert now_of(deployment, first).status == "active"
    fields = next(form for form in forms(told.text) if "sign-out" not in form.action).fields
    assert fields["reason"] == "closed down"
    assert officer.post(address, fields).status_code == 302
    assert {now_of(deployment, one).status for one in (first, third, fourth)} == {"revoked"}
    assert "no licence that could be revoked" in words(officer.get(address).text)


def test_a_viewer_reads_and_has_no_buttons(deployment: Deployment, viewer: Desk) -> None:
    licence = deployment.licence()
    deployment.installation(deployment.token(licence))
    page = viewer.get(path(licence))
    assert "1 installation stops at once" in words(page.text)
    for act in ("suspend", "revoke", "extend", "terms", "tokens/issue"):
        assert f"{path(licence, act)}" not in page.text
        assert viewer.get(path(licence, act)).status_code == 403


def test_a_licence_without_an_end_offers_no_later_one(deployment: Deployment, officer: Desk) -> None:
    deployment.kit()
    address = f"/console/organisations/{deployment.organisation().id}/grant"
    granted = officer.submit(address, kind="full", end="never")
    page = officer.get(granted.location)
    assert "No end" in words(page.text)
    assert "/extend" not in page.text


def test_an_extension_into_the_past_is_refused_at_its_field(deployment: Deployment, officer: Desk) -> None:
    licence = deployment.licence(until=(deployment.clock() + timedelta(days=30)).date())
    answer = officer.submit(path(licence, "extend"), until="3/3/2026", reason="x")
    assert (answer.status_code, "New last day must lie in the future" in words(answer.text)) == (422, True)
