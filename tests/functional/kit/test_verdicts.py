"""What a sync says of every state, the first reason that applies; reports are accepted in all of them."""

from datetime import date

from licence_server.domain.licence import LicenceTerms
from tests.support.acts import change, claims_of, end_installation, json_of, refusal, statuses, verdict
from tests.support.deployment import Deployment, Installed, workshop


def said(kit: Installed) -> str:
    """The verdict of a sync whose report is accepted, and of one without reports."""
    answer = kit.sync(workshop(kit.deployment.clock()))
    assert statuses(answer) == ["accepted"]
    code = verdict(answer)
    assert verdict(kit.sync()) == code
    return code


def test_each_verdict_goes_before_those_that_follow(deployment: Deployment) -> None:
    licence = deployment.licence(terms=LicenceTerms(seat_limit=1, lease_days=2, grace_days=0), trial_days=10)
    token = deployment.token(licence)
    kit = deployment.installation(token)
    assert said(kit) == "active"

    deployment.clock.advance(days=3)
    deployment.installation(token)
    assert said(kit) == "seat_limit_reached"
    deployment.clock.advance(days=8)
    assert said(kit) == "licence_expired"
    change(deployment, "suspend", licence)
    assert said(kit) == "licence_suspended"
    change(deployment, "revoke", licence)
    assert said(kit) == "licence_revoked"
    end_installation(deployment, "release", kit)
    assert said(kit) == "installation_released"
    end_installation(deployment, "revoke", kit)
    assert said(kit) == "installation_revoked"
    assert deployment.report()["sessions"]["total"] == 7
    deployment.assert_totals_agree()


def test_a_suspension_ends_with_its_reinstatement(deployment: Deployment) -> None:
    licence = deployment.licence()
    kit = deployment.installation(deployment.token(licence))
    change(deployment, "suspend", licence)
    assert said(kit) == "licence_suspended"
    change(deployment, "reinstate", licence)
    assert said(kit) == "active"


def test_an_ended_licence_accepts_reports_years_later(deployment: Deployment) -> None:
    kit = deployment.installation(deployment.token(deployment.licence(trial_days=1)))
    session = workshop(deployment.clock())
    deployment.clock.advance(days=3000)
    answer = kit.sync(session)
    assert (verdict(answer), statuses(answer)) == ("licence_expired", ["accepted"])
    assert deployment.report(first=date(2026, 3, 2), last=date(2026, 3, 2))["attendances"] == 14


def test_unknown_tokens_are_401(deployment: Deployment) -> None:
    kit = deployment.installation()
    post = deployment.client.post
    body = {"sent_at": "2026-03-02T09:00:00Z", "reports": []}
    assert refusal(post("/api/v1/sync", json=body)) == (401, "token_missing")
    for header in ("Bearer nonsense", "Bearer ", "Basic eDp5", "nonsense", f"Bearer {kit.id}", "Bearer é"):
        answer = post("/api/v1/sync", json=body, headers={"Authorization": header})
        assert answer.status_code == 401
        assert "WWW-Authenticate" in answer.headers


def test_a_lease_carries_every_claim_of_the_contract(deployment: Deployment) -> None:
    licence = deployment.licence(terms=LicenceTerms(lease_days=7, grace_days=3, check_in_days=14))
    kit = deployment.installation(deployment.token(licence))
    now = int(deployment.clock().timestamp())

    claims = claims_of(json_of(kit.sync())["lease"])

    assert len(claims.pop("jti")) >= 16
    assert claims == {
        "iss": "https://licences.example",
        "aud": "prevent-for-business",
        "sub": kit.id,
        "iat": now,
        "nbf": now - 86_400,
        "exp": now + 7 * 86_400,
        "grace_until": now + 10 * 86_400,
        "organisation": {"id": str(licence.licence.organisation_id), "name": "Baker & Sons"},
        # 183 days from 2 March, the first of them that day: the midnight after 31 August, in London.
        "licence": {"id": str(licence.licence.id), "kind": "trial", "ends_at": 1_788_217_200},
        "items": ["film-1", "film-2", "handbook"],
        "check_in_days": 14,
    }


def test_the_time_of_the_last_sync_is_kept_to_the_hour(deployment: Deployment) -> None:
    from uuid import UUID

    from licence_server.models import Installation

    kit = deployment.installation()
    deployment.clock.advance(hours=3, minutes=59, seconds=59)
    kit.sync()
    with deployment.runtime.database.reading() as session:
        row = session.get_one(Installation, UUID(kit.id))
    assert row.last_sync_at == deployment.clock().replace(minute=0, second=0)
