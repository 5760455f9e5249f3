"""Organisations over HTTP."""

import pytest

from tests.functional.api.conftest import Person


def test_a_colleague_adds_an_organisation_and_finds_it(colleague: Person) -> None:
    added = colleague.post("/organisations", {"name": " Baker & Sons ", "sector": "retail", "reference": "B-42"})

    assert added.status_code == 201
    assert added.json is not None
    assert added.headers["ETag"] == '"1"'
    assert added.json == {
        "id": added.json["id"],
        "name": "Baker & Sons",
        "contact_email": None,
        "sector": "retail",
        "reference": "B-42",
        "created_at": "2026-03-02T09:00:00Z",
    }
    shown = colleague.get(f"/organisations/{added.json['id']}")
    assert shown.json == added.json
    assert shown.headers["ETag"] == '"1"'
    assert colleague.get("/organisations").json == {"items": [added.json], "next_cursor": None}


def test_a_change_touches_what_it_names(colleague: Person) -> None:
    added = colleague.post("/organisations", {"name": "Baker", "contact_email": "a@baker.example"})
    assert added.json is not None
    path = f"/organisations/{added.json['id']}"

    changed = colleague.patch(path, {"contact_email": None, "sector": "retail"}, headers={"If-Match": '"1"'})

    assert changed.json == {**added.json, "contact_email": None, "sector": "retail"}
    assert changed.headers["ETag"] == '"2"'


def test_a_reference_belongs_to_one_organisation(colleague: Person) -> None:
    colleague.post("/organisations", {"name": "Baker", "reference": "B-42"})
    butcher = colleague.post("/organisations", {"name": "Butcher"}).json
    assert butcher is not None

    again = colleague.post("/organisations", {"name": "Baker again", "reference": "B-42"})
    moved = colleague.patch(f"/organisations/{butcher['id']}", {"reference": "B-42"}, headers={"If-Match": "*"})

    for answer in (again, moved):
        assert answer.status_code == 409
        assert answer.json is not None
        assert answer.json["code"] == "reference_taken"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": True}, "name"),
        ({"name": ["Baker"]}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Baker\x00"}, "name"),
        ({"name": "Baker\ud800"}, "name"),
        ({"name": "Baker\nSons"}, "name"),
        ({"name": "Baker", "contact_email": "nobody"}, "contact_email"),
        ({"name": "Baker", "contact_email": f"a@{'b' * 250}.example"}, "contact_email"),
        ({"name": "Baker", "sector": "x" * 101}, "sector"),
        ({"name": "Baker", "reference": "x" * 101}, "reference"),
        ({"name": "Baker", "colour": "red"}, "colour"),
        ({"name": "Baker", "id": "0c5d1bd2-45a7-4a46-8a9c-1f6a3f5a5b11"}, "id"),
        ([], "body"),
        ("Baker", "body"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(colleague: Person, body: object, field: str) -> None:
    answer = colleague.post("/organisations", body)

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "body_invalid"
    assert list(answer.json["errors"]) == [field]
    assert colleague.get("/organisations").json == {"items": [], "next_cursor": None}


def test_every_wrong_field_is_named_at_once(colleague: Person) -> None:
    answer = colleague.post("/organisations", {"name": 5, "sector": "", "colour": "red"})

    assert answer.json is not None
    assert set(answer.json["errors"]) == {"name", "sector", "colour"}


@pytest.mark.parametrize("identifier", ["0c5d1bd2-45a7-4a46-8a9c-1f6a3f5a5b11", "nonsense", "%00", "%ff", "a" * 300])
def test_an_unknown_organisation_is_not_found(reader: Person, identifier: str) -> None:
    answer = reader.get(f"/organisations/{identifier}")

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
