"""Grant to many: by filter, by sector, by a pasted list; never twice."""

from datetime import date

from licence_server.domain.licence import Kind
from licence_server.services import licence_acts, licences
from tests.support.deployment import Deployment
from tests.support.desk import Desk, forms, words


def granted(deployment: Deployment) -> list[str]:
    found = licences.list_page(deployment.runtime, now=deployment.clock(), limit=1000, cursor=None).items
    return [view.licence.kind for view in found]


def test_all_without_a_licence_get_one_and_those_left_out_are_named(deployment: Deployment, officer: Desk) -> None:
    kit = deployment.kit()
    deployment.licence(deployment.organisation("Holder"), kit)
    revoked = deployment.licence(deployment.organisation("Revoked"), kit)
    licence_acts.revoke(deployment.runtime, revoked.licence.id, now=deployment.clock(), actor="test")
    for name in ("One", "Two"):
        deployment.organisation(name)
    path = officer.submit("/console/bulk-grant", kit_id=kit).location
    text = words(officer.get(path).text)
    assert "2 get a licence and an activation token 2 left out" in text
    assert "Revoked – Its licence for this kit was revoked" in text
    assert len(granted(deployment)) == 2
    officer.submit(path)
    assert "2 licences granted" in words(officer.get(path).text)
    assert len(granted(deployment)) == 4


def test_sent_twice_or_prepared_twice_it_grants_once(deployment: Deployment, officer: Desk) -> None:
    kit = deployment.kit()
    deployment.organisation("One")
    paths = [officer.submit("/console/bulk-grant", kit_id=kit).location for _ in range(2)]
    form = next(form for form in forms(officer.get(paths[0]).text) if "sign-out" not in form.action)
    for _ in range(2):
        assert officer.post(paths[0], form.fields).status_code == 302
    # A stale page: somebody granted since it was opened.
    officer.post(paths[1], form.fields)
    assert "0 licences granted" in words(officer.get(paths[1]).text)
    assert granted(deployment) == ["trial"]


def test_of_one_sector(deployment: Deployment, officer: Desk) -> None:
    kit = deployment.kit()
    for name, sector in (("One", "Retail"), ("Two", "Health"), ("Three", "Retail")):
        deployment.organisation(name, sector=sector)
    assert "Retail (2)" in officer.get("/console/bulk-grant").text
    path = officer.submit("/console/bulk-grant", kit_id=kit, whom="sector", sector="Retail").location
    officer.submit(path)
    assert len(granted(deployment)) == 2


def test_of_a_pasted_list(deployment: Deployment, officer: Desk) -> None:
    kit = deployment.kit()
    for n in range(3):
        deployment.organisation(f"Number {n}", reference=f"B{n}")
    pasted = "B0\r\nB2; B0\tZ9\r\n"
    path = officer.submit("/console/bulk-grant", kit_id=kit, whom="references", references=pasted).location
    assert "Nobody has these references: Z9 ." in words(officer.get(path).text)
    officer.submit(path)
    assert len(granted(deployment)) == 2


def test_a_full_licence_with_a_common_end(deployment: Deployment, officer: Desk) -> None:
    kit = deployment.kit()
    deployment.organisation("One")
    path = officer.submit(
        "/console/bulk-grant", kit_id=kit, lasting="full_until", until="2027-03-31", tokens=""
    ).location
    assert "Full licence until 31 March 2027" in words(officer.get(path).text)
    officer.submit(path)
    licence = licences.list_page(deployment.runtime, now=deployment.clock(), limit=1, cursor=None).items[0].licence
    assert (licence.kind, licence.ends_at.date() if licence.ends_at else None) == (Kind.FULL, date(2027, 3, 31))
    assert "tokens.csv" not in officer.get(path).text


def test_what_is_missing_is_said(deployment: Deployment, officer: Desk) -> None:
    kit = deployment.kit()
    assert "Choose a kit" in officer.submit("/console/bulk-grant").text
    assert "There is no such organisation" in officer.submit("/console/bulk-grant", kit_id=kit).text
    assert "Choose a sector" in officer.submit("/console/bulk-grant", kit_id=kit, whom="sector").text
    assert "Enter at least one reference" in officer.submit("/console/bulk-grant", kit_id=kit, whom="references").text
