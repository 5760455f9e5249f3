"""Organisations at the console: find, filter, page, export, add, edit, and two people at one of them."""

import csv
import io
import json
import re
from collections.abc import Callable

import pytest

from licence_server.domain.roles import Role
from licence_server.services import audit, organisations
from tests.support.acts import change
from tests.support.deployment import ACTOR, Deployment, workshop
from tests.support.desk import Desk, forms, words

LIST = "/console/organisations"


def names(text: str) -> list[str]:
    """The organisations a list shows, in order."""
    return re.findall(r'organisations/[0-9a-f-]{36}">([^<]+)</a></th>', text)


def shown(somebody: Desk, query: str = "") -> list[str]:
    page = somebody.get(f"{LIST}?{query}")
    assert page.status_code == 200, page.text
    return names(page.text)


@pytest.fixture
def field(deployment: Deployment) -> Deployment:
    """Five businesses in different states, a month after the trial began."""
    kit = deployment.kit()
    for name, sector, reference in (
        ("apple & Co", "Retail", "R-1"),
        ("Élan Études", "Culture", "C-7"),
        ("Zebra", "Retail", "R-2"),
        ("Quiet House", None, None),
        ("Nobody", "Care", None),
    ):
        given = {key: value for key, value in (("sector", sector), ("reference", reference)) if value}
        organisation = deployment.organisation(name, **given)
        if name == "Nobody":
            continue
        licence = deployment.licence(organisation, kit)
        if name == "Zebra":
            change(deployment, "suspend", licence)
        if name in ("apple & Co", "Quiet House"):
            installation = deployment.installation(deployment.token(licence))
            if name == "Quiet House":
                installation.sync()
            else:
                deployment.kept = installation  # type: ignore[attr-defined]
    deployment.clock.advance(days=40)
    deployment.kept.sync()  # type: ignore[attr-defined]
    return deployment


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["apple & Co", "Nobody", "Quiet House", "Zebra", "Élan Études"]),
        ("search=APPLE", ["apple & Co"]),
        ("search=co+apple", ["apple & Co"]),
        ("search=r-2", ["Zebra"]),
        ("search=élan", ["Élan Études"]),
        ("search=ÉTUDES", ["Élan Études"]),
        ("search=%25", []),
        ("status=suspended", ["Zebra"]),
        ("status=none", ["Nobody"]),
        ("status=active&sector=Retail", ["apple & Co"]),
        ("status=revoked", []),
        ("sector=Care", ["Nobody"]),
        ("sector=Gone", []),
        ("silence=quiet", ["Quiet House"]),
        ("silence=quiet&days=60", []),
        ("silence=not_activated", ["Nobody", "Zebra", "Élan Études"]),
        ("silence=never_synced", []),
        ("silence=copied", []),
        ("sort=-created_at", ["Nobody", "Quiet House", "Zebra", "Élan Études", "apple & Co"]),
    ],
)
def test_the_filter_in_the_address_says_what_is_shown(
    field: Deployment, desk: Callable[..., Desk], query: str, expected: list[str]
) -> None:
    got = [name.replace("&amp;", "&") for name in shown(desk(Role.VIEWER), query)]
    if not query:
        # Where É stands among the letters is the database's own affair.
        got.sort(key=expected.index)
    if "created" in query:
        got.sort(key=expected.index)
    assert got == expected


def test_a_bad_filter_is_answered_in_words(viewer: Desk) -> None:
    page = viewer.get(f"{LIST}?days=many")
    assert (page.status_code, "Days of silence must be a whole number" in words(page.text)) == (422, True)
    assert viewer.get(f"{LIST}?status=odd").status_code == 422
    assert viewer.get(f"{LIST}?cursor=odd").status_code == 422


def test_pages_lead_forwards_and_back_and_keep_the_filter(deployment: Deployment, viewer: Desk) -> None:
    for number in range(120):
        deployment.organisation(f"Shop {number:03}", sector="Retail")
    deployment.organisation("Other")
    seen, path, pages = [], f"{LIST}?sector=Retail", []
    while path:
        page = viewer.get(path)
        pages.append(path)
        assert "120 organisations" in words(page.text)
        seen += names(page.text)
        onward = re.search(r'href="([^"]+)"[^>]*rel="next"', page.text)
        path = onward.group(1).replace("&amp;", "&") if onward else ""
        if path:
            assert "sector=Retail" in path
    assert seen == [f"Shop {number:03}" for number in range(120)]
    back = re.search(r'href="([^"]+)"[^>]*rel="prev"', viewer.get(pages[-1]).text)
    assert names(viewer.get(back.group(1).replace("&amp;", "&")).text) == seen[50:100]


def test_the_export_is_what_the_filter_shows(field: Deployment, viewer: Desk) -> None:
    organisations.add(field.runtime, now=field.clock(), actor=ACTOR, name='=HYPERLINK("evil")', sector="Retail")
    listed = shown(viewer, "sector=Retail")
    answer = viewer.submit(f"{LIST}?sector=Retail", action="/export?sector=Retail&sort=name")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == len(listed) == 3
    assert rows[0]["name"] == """'=HYPERLINK("evil")"""
    assert [(row["name"], row["licences"], row["installations_in_use"]) for row in rows[1:]] == [
        ("apple & Co", "active", "1"),
        ("Zebra", "suspended", "0"),
    ]
    entry = audit.list_entries(field.runtime, limit=1, cursor=None).items[0]
    assert (entry.action, entry.actor.split(":")[0], '"rows":3' in entry.after) == (
        "organisations_exported",
        "person",
        True,
    )


def test_the_log_keeps_that_something_was_searched_for_and_not_what(field: Deployment, viewer: Desk) -> None:
    """A search, or a sector that an address names and nobody is in, may be somebody's name."""
    form = next(form for form in forms(viewer.get(LIST).text) if "/export" in form.action)
    kept = []
    for query in ("search=jane%40baker.example", "sector=Jane+Smith", "sector=Retail&search=zebra", ""):
        assert viewer.post(f"{LIST}/export?{query}", form.fields).status_code == 200
        entry = audit.list_entries(field.runtime, limit=1, cursor=None).items[0]
        kept.append({name: json.loads(entry.after)["filter"][name] for name in ("search", "sector")})
    assert kept == [
        {"search": True, "sector": ""},
        {"search": False, "sector": True},
        {"search": True, "sector": "Retail"},
        {"search": False, "sector": ""},
    ]


def test_an_officer_adds_an_organisation(deployment: Deployment, officer: Desk) -> None:
    added = officer.submit(f"{LIST}/add", name="  Baker & Sons ", contact_email="hr@baker.example", sector="Retail")
    page = officer.get(added.location)
    assert "The organisation was added." in words(page.text)
    assert "hr@baker.example" in page.text
    form = next(f for f in forms(officer.get(f"{LIST}/add").text) if "sign-out" not in f.action)
    again = {**form.fields, "name": "Twice"}
    first, second = officer.post(f"{LIST}/add", again), officer.post(f"{LIST}/add", again)
    assert first.location == second.location
    assert len(shown(officer)) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "  "}, "Name is missing"),
        ({"name": "x" * 201}, "Name is longer than 200 characters"),
        ({"name": "B", "contact_email": "nobody"}, "Contact e-mail address is not an e-mail address"),
        ({"name": "B", "reference": "R-1"}, "The reference R-1 is taken."),
        ({"name": "a\u2028b"}, "Name holds a control character"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    deployment: Deployment, officer: Desk, typed: dict[str, str], said: str
) -> None:
    deployment.organisation("First", reference="R-1")
    page = officer.submit(f"{LIST}/add", sector="Kept", **typed)
    assert (page.status_code, said in words(page.text), 'value="Kept"' in page.text) == (422, True, True)


def test_the_second_editor_is_told_and_loses_nothing(deployment: Deployment, desk: Callable[..., Desk]) -> None:
    path = f"{LIST}/{deployment.organisation('Baker', sector='Retail').id}/edit"
    olga, oscar = (desk(Role.LICENSING_OFFICER, f"{name}@example.org") for name in ("olga", "oscar"))
    late = next(form for form in forms(oscar.get(path).text) if "sign-out" not in form.action)
    assert olga.submit(path, name="Baker & Sons").status_code == 302

    told = oscar.post(path, {**late.fields, "name": "Baker Ltd", "sector": "Food"})
    assert told.status_code == 412
    said = words(told.text)
    assert "Somebody else has changed this" in said
    assert "Name Baker &amp; Sons Baker Ltd" in said
    form = next(form for form in forms(told.text) if "sign-out" not in form.action)
    assert (form.fields["name"], form.fields["sector"]) == ("Baker Ltd", "Food")
    assert oscar.post(path, form.fields).status_code == 302
    assert names(oscar.get(LIST).text) == ["Baker Ltd"]


def test_a_page_of_one_organisation_tells_its_whole_story(deployment: Deployment, viewer: Desk) -> None:
    organisation = deployment.organisation("Baker", reference="R-9")
    licence = deployment.licence(organisation)
    installation = deployment.installation(deployment.token(licence, uses=5))
    installation.sync(workshop(deployment.clock()), workshop(deployment.clock(), 2))
    change(deployment, "suspend", licence, reason="unpaid")
    text = words(viewer.get(f"{LIST}/{organisation.id}").text)
    for part in (
        "R-9",
        "Suspended",
        "1 of 5",
        "March 2026",
        "28 1.5",
        "Licence suspended",
        "unpaid",
        "Licence granted",
    ):
        assert part in text, part
    assert "Organisation added" in text
    assert viewer.get(f"{LIST}/{organisation.id}/history").status_code == 200
    assert "Grant a licence" not in text, "a viewer has no buttons"
    assert "Revoke" not in text
