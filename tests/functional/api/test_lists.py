"""Lists: page by page, filtered, sorted; cursors that belong to one list."""

from typing import Any

import pytest

from tests.functional.api.conftest import Person
from tests.support.deployment import Deployment

LISTS = (
    "organisations",
    "kits",
    "licences",
    "activation-tokens",
    "installations",
    "usage-summaries",
    "audit-entries",
)


def pages(person: Person, path: str, limit: int) -> list[list[dict[str, Any]]]:
    """Every page of a list."""
    found, cursor = [], ""
    while True:
        joint = "&" if "?" in path else "?"
        answer = person.get(f"{path}{joint}limit={limit}{cursor}")
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        found.append(answer.json["items"])
        if answer.json["next_cursor"] is None:
            return found
        cursor = f"&cursor={answer.json['next_cursor']}"


@pytest.fixture
def businesses(deployment: Deployment) -> list[str]:
    """Seven organisations, two of the same moment."""
    for number, name in enumerate(("Grocer", "Baker", "Fishmonger", "Baker", "Chandler", "Dyer", "Éclair & Co")):
        deployment.organisation(name, sector="food" if name != "Dyer" else "textiles", reference=f"B-{number}")
        if number != 3:
            deployment.clock.advance(seconds=1)
    return ["Grocer", "Baker", "Fishmonger", "Baker", "Chandler", "Dyer", "Éclair & Co"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
@pytest.mark.parametrize("sort", ["created_at", "-created_at", "name", "-name"])
def test_pages_hold_each_item_once_in_order(owner: Person, businesses: list[str], limit: int, sort: str) -> None:
    whole = pages(owner, f"/organisations?sort={sort}", 200)[0]

    paged = pages(owner, f"/organisations?sort={sort}", limit)

    assert [item for page in paged for item in page] == whole
    assert sorted(item["name"] for item in whole) == sorted(businesses)
    assert all(len(page) == limit for page in paged[:-1])
    key = sort.removeprefix("-")
    if key == "created_at":
        assert [item[key] for item in whole] == sorted((item[key] for item in whole), reverse=sort.startswith("-"))


def test_what_is_added_meanwhile_shifts_nothing(deployment: Deployment, owner: Person, businesses: list[str]) -> None:
    before = pages(owner, "/organisations?sort=-created_at", 200)[0]
    first = owner.get("/organisations?limit=3&sort=-created_at").json
    assert first is not None
    deployment.organisation("Newcomer")

    second = owner.get(f"/organisations?limit=3&sort=-created_at&cursor={first['next_cursor']}").json

    assert second is not None
    assert first["items"] + second["items"] == before[:6]


def test_filters(owner: Person, businesses: list[str]) -> None:
    def names(query: str) -> list[str]:
        answer = owner.get(f"/organisations?sort=name&{query}").json
        assert answer is not None
        return [item["name"] for item in answer["items"]]

    assert names("sector=textiles") == ["Dyer"]
    assert names("reference=B-0") == ["Grocer"]
    assert names("search=baK") == ["Baker", "Baker"]
    assert names("search=%25") == []
    assert names("search=B-5") == ["Dyer"]


def test_every_list_goes_page_by_page(deployment: Deployment, owner: Person) -> None:
    for number in range(3):
        kit_id = deployment.kit(f"kit-{number}")
        token = deployment.token(deployment.licence(kit_id=kit_id))
        assert deployment.post_activation(token, kit_id=kit_id).status_code == 201
        deployment.clock.advance(minutes=1)

    for name in LISTS:
        found = pages(owner, f"/{name}", 1)
        if name != "usage-summaries":
            assert len(found) >= 3, name
            ids = [page[0]["id"] for page in found]
            assert len(set(ids)) == len(ids), name


def test_licences_are_filtered_by_status(deployment: Deployment, owner: Person) -> None:
    kit_id = deployment.kit()
    ids = [str(deployment.licence(kit_id=kit_id).licence.id) for _ in range(3)]
    owner.post(f"/licences/{ids[0]}/suspend")
    owner.post(f"/licences/{ids[1]}/revoke")

    for status, expected in (("suspended", ids[0]), ("revoked", ids[1]), ("active", ids[2])):
        answer = owner.get(f"/licences?status={status}").json
        assert answer is not None
        assert [item["id"] for item in answer["items"]] == [expected]


def test_a_cursor_belongs_to_its_list_its_filters_and_its_sort(owner: Person, businesses: list[str]) -> None:
    first = owner.get("/organisations?limit=2&sort=name").json
    assert first is not None
    cursor = first["next_cursor"]

    assert owner.get(f"/organisations?limit=5&sort=name&cursor={cursor}").status_code == 200
    for path in (
        f"/organisations?cursor={cursor}",
        f"/organisations?sort=-name&cursor={cursor}",
        f"/organisations?sort=name&sector=food&cursor={cursor}",
        f"/kits?cursor={cursor}",
        f"/organisations?sort=name&cursor={cursor[:-2]}",
        f"/organisations?sort=name&cursor=A{cursor}",
        "/organisations?cursor=%3Ei:1~s:x",
        "/organisations?cursor=%C3%A9%F0%9F%8E%AC",
        "/organisations?cursor=",
        f"/organisations?cursor={'A' * 2001}",
    ):
        answer = owner.get(path)
        assert answer.status_code == 422, path
        assert answer.json is not None
        assert list(answer.json["errors"]) == ["cursor"], path


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("query", "status", "fields"),
    [
        ("limit=0", 422, ["limit"]),
        ("limit=201", 422, ["limit"]),
        ("limit=-1", 422, ["limit"]),
        ("limit=1.0", 422, ["limit"]),
        ("limit=٣", 422, ["limit"]),
        ("limit=9999999999999999999999", 422, ["limit"]),
        ("limit=", 422, ["limit"]),
        ("limit=1&limit=1", 422, ["limit"]),
        ("colour=red&Limit=1", 422, ["Limit", "colour"]),
        ("%00=1", 422, ["\N{REPLACEMENT CHARACTER}"]),
        ("limit=%ff", 400, None),
    ],
)
def test_a_wrong_query_is_named(owner: Person, name: str, query: str, status: int, fields: list[str] | None) -> None:
    answer = owner.get(f"/{name}?{query}")

    assert answer.status_code == status, answer.text
    assert answer.json is not None
    assert sorted(answer.json.get("errors", [])) == (fields or [])


def test_query_parameters_belong_to_lists_alone(owner: Person) -> None:
    answer = owner.post("/organisations?dry_run=true", {"name": "Baker"})

    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["errors"]) == ["dry_run"]


def test_a_wrong_filter_is_named(owner: Person) -> None:
    for path, field in (
        ("/licences?status=ended", "status"),
        ("/licences?sort=kit_id", "sort"),
        ("/installations?copied=1", "copied"),
        ("/installations?quiet_for=x", "quiet_for"),
        ("/installations?organisation_id=1", "organisation_id"),
        ("/organisations?search=%00", "search"),
        ("/usage-summaries?from=2026-3-1", "from"),
    ):
        answer = owner.get(path)
        assert answer.status_code == 422, path
        assert answer.json is not None
        assert list(answer.json["errors"]) == [field], path
