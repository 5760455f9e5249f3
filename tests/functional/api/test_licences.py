"""Licences over HTTP: granted, suspended, reinstated, extended, revoked."""

from typing import Any

import pytest

from tests.functional.api.conftest import Person
from tests.support.deployment import Deployment


@pytest.fixture
def wanted(deployment: Deployment) -> dict[str, Any]:
    """The least that a grant needs."""
    return {"organisation_id": str(deployment.organisation().id), "kit_id": deployment.kit()}


def granted(person: Person, wanted: dict[str, Any], **terms: Any) -> dict[str, Any]:
    answer = person.post("/licences", {**wanted, **terms})
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    return dict(answer.json)


def test_a_grant_with_nothing_said_is_a_trial_of_183_days(colleague: Person, wanted: dict[str, Any]) -> None:
    licence = granted(colleague, wanted)

    assert licence == {
        **wanted,
        "id": licence["id"],
        "kind": "trial",
        "status": "active",
        "starts_at": "2026-03-02T09:00:00Z",
        "ends_at": None,
        "trial_days": 183,
        "first_activated_at": None,
        "seat_limit": None,
        "seats_held": 0,
        "lease_days": 30,
        "grace_days": 30,
        "check_in_days": 30,
        "suspended_at": None,
        "revoked_at": None,
        "created_at": "2026-03-02T09:00:00Z",
    }


def test_a_cohort_has_one_common_end(colleague: Person, wanted: dict[str, Any]) -> None:
    licence = granted(
        colleague, wanted, **{"from": "2026-04-01", "until": "2026-09-30", "seat_limit": 3, "kind": "full"}
    )

    assert (licence["status"], licence["kind"], licence["seat_limit"]) == ("pending", "full", 3)
    # Whole days in London, where it is summer time; the last one is included.
    assert licence["starts_at"] == "2026-03-31T23:00:00Z"
    assert licence["ends_at"] == "2026-09-30T23:00:00Z"


def test_its_life_by_way_of_its_acts(colleague: Person, wanted: dict[str, Any]) -> None:
    path = f"/licences/{granted(colleague, wanted, until='2026-06-30')['id']}"

    def act(verb: str, **body: str) -> tuple[int, str]:
        answer = colleague.post(f"{path}/{verb}", body or None)
        assert answer.json is not None
        return answer.status_code, str(answer.json.get("code") or answer.json["status"])

    assert act("suspend", reason="the trainer left") == (200, "suspended")
    assert act("suspend") == (409, "licence_suspended")
    assert act("reinstate") == (200, "active")
    assert act("reinstate") == (409, "licence_not_suspended")
    assert act("extend", until="2026-06-30") == (422, "extension_invalid")
    assert act("extend", until="2026-12-31", reason="they asked") == (200, "active")
    assert act("revoke") == (200, "revoked")
    assert act("revoke") == (409, "licence_revoked")
    assert act("extend", until="2027-12-31") == (409, "licence_revoked")

    shown = colleague.get(path)
    assert shown.headers["ETag"] == '"5"'
    assert shown.json is not None
    assert shown.json["ends_at"] == "2027-01-01T00:00:00Z"


def test_an_act_may_carry_if_match(colleague: Person, wanted: dict[str, Any]) -> None:
    path = f"/licences/{granted(colleague, wanted)['id']}"

    assert colleague.post(f"{path}/suspend", headers={"If-Match": '"7"'}).status_code == 412
    assert colleague.post(f"{path}/suspend", headers={"If-Match": '"1"'}).status_code == 200
    assert colleague.post(f"{path}/reinstate", headers={"If-Match": "*"}).status_code == 200


def test_terms_are_changed_one_by_one(colleague: Person, wanted: dict[str, Any]) -> None:
    path = f"/licences/{granted(colleague, wanted, seat_limit=2)['id']}"

    changed = colleague.patch(path, {"lease_days": 7, "reason": "shorter"}, headers={"If-Match": '"1"'})
    unlimited = colleague.patch(path, {"seat_limit": None}, headers={"If-Match": '"2"'})

    assert changed.json is not None
    assert (changed.json["seat_limit"], changed.json["lease_days"]) == (2, 7)
    assert unlimited.json is not None
    assert (unlimited.json["seat_limit"], unlimited.json["lease_days"]) == (None, 7)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "demo"}, "kind"),
        ({"from": "tomorrow"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "20260302"}, "from"),
        ({"from": 20260302}, "from"),
        ({"from": "1999-12-31"}, "from"),
        ({"until": "9999-12-31"}, "until"),
        ({"until": "2026-03-01"}, "until"),
        ({"until": "0000-01-01"}, "until"),
        ({"until": "2026-12-31", "trial_days": 10}, "until"),
        ({"trial_days": 0}, "trial_days"),
        ({"trial_days": 10**400}, "trial_days"),
        ({"seat_limit": "1"}, "seat_limit"),
        ({"seat_limit": True}, "seat_limit"),
        ({"seat_limit": 1.5}, "seat_limit"),
        ({"seat_limit": 0}, "seat_limit"),
        ({"seat_limit": 2**63}, "seat_limit"),
        ({"seats": 3}, "seats"),
        ({"lease_days": 0}, "lease_days"),
        ({"grace_days": -1}, "grace_days"),
        ({"check_in_days": None}, "check_in_days"),
        ({"organisation_id": "{0c5d1bd2-45a7-4a46-8a9c-1f6a3f5a5b11}"}, "organisation_id"),
        ({"organisation_id": 7}, "organisation_id"),
        ({"reason": "x" * 1001}, "reason"),
    ],
)
def test_what_cannot_be_granted_is_named(
    colleague: Person, wanted: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    answer = colleague.post("/licences", {**wanted, **body})

    assert answer.status_code == 422, answer.text
    assert answer.json is not None
    assert list(answer.json["errors"]) == [field]
    assert colleague.get("/licences").json == {"items": [], "next_cursor": None}


def test_organisation_and_kit_must_exist(colleague: Person, wanted: dict[str, Any]) -> None:
    nobody = colleague.post("/licences", {**wanted, "organisation_id": "0c5d1bd2-45a7-4a46-8a9c-1f6a3f5a5b11"})
    nothing = colleague.post("/licences", {**wanted, "kit_id": "another"})

    assert [answer.status_code for answer in (nobody, nothing)] == [404, 404]
    assert [answer.json and answer.json["code"] for answer in (nobody, nothing)] == [
        "organisation_unknown",
        "kit_unknown",
    ]
