"""Kits over HTTP."""

import pytest

from tests.functional.api.conftest import Person

FILMS = [{"id": "film-1", "title": "The first film"}, {"id": "film-2", "title": "The second film"}]
KIT = {"id": "prevent-for-business", "name": "Prevent for business", "items": FILMS}


def test_a_kit_keeps_its_items_in_order(colleague: Person) -> None:
    added = colleague.post("/kits", KIT)

    assert added.status_code == 201
    assert added.json is not None
    assert added.json["items"] == FILMS
    assert colleague.get("/kits/prevent-for-business").json == added.json
    assert colleague.get("/kits").json == {"items": [added.json], "next_cursor": None}


def test_items_are_added_and_retitled_but_never_taken_away(colleague: Person) -> None:
    colleague.post("/kits", KIT)
    changes = {"items": [{"id": "film-1", "title": "Film one"}, {"id": "handbook", "title": "The handbook"}]}

    changed = colleague.patch("/kits/prevent-for-business", changes, headers={"If-Match": '"1"'})

    assert changed.status_code == 200
    assert changed.headers["ETag"] == '"2"'
    assert changed.json is not None
    assert changed.json["items"] == [{"id": "film-1", "title": "Film one"}, FILMS[1], changes["items"][1]]
    assert changed.json["name"] == "Prevent for business"


def test_a_kit_is_added_once(colleague: Person) -> None:
    colleague.post("/kits", KIT)

    again = colleague.post("/kits", KIT)

    assert again.status_code == 409
    assert again.json is not None
    assert again.json["code"] == "kit_exists"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "Prevent"}, "id"),
        ({"id": "-prevent"}, "id"),
        ({"id": "a" * 65}, "id"),
        ({"id": "a\n"}, "id"),
        ({"name": ""}, "name"),
        ({"items": {"film-1": "The first film"}}, "items"),
        ({"items": [{"id": "film-1"}]}, "items.0.title"),
        ({"items": [{"title": "The first film"}]}, "items.0.id"),
        ({"items": [FILMS[0], {"id": "film 2", "title": "x"}]}, "items.1.id"),
        ({"items": [FILMS[0], FILMS[1], FILMS[0]]}, "items.2.id"),
        ({"items": [{**FILMS[0], "seconds": 5}]}, "items.0.seconds"),
        ({"items": ["film-1"]}, "items.0"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(colleague: Person, changes: dict[str, object], field: str) -> None:
    answer = colleague.post("/kits", {**KIT, **changes})

    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["errors"]) == [field]
