"""A lease is handed out again within the hour, and never once something about it has changed."""

from collections.abc import Callable
from datetime import date

import jwt
import pytest

from licence_server.services.licences import LicenceView
from tests.support.acts import add_items, change, claims_of, json_of, rotate, verdict
from tests.support.deployment import Deployment, Installed


def lease(kit: Installed) -> str:
    answer = kit.sync()
    assert verdict(answer) == "active"
    return str(json_of(answer)["lease"])


def settled(deployment: Deployment) -> tuple[LicenceView, Installed, dict[str, object]]:
    """A licence and a kit with a lease that would be handed out again."""
    licence = deployment.licence(trial_days=20)
    kit = deployment.installation(deployment.token(licence))
    deployment.clock.advance(minutes=1)
    claims = claims_of(lease(kit))
    deployment.clock.advance(minutes=10)
    assert claims_of(lease(kit)) == claims
    return licence, kit, claims


def test_a_lease_is_handed_out_again_for_an_hour(deployment: Deployment) -> None:
    _, kit, claims = settled(deployment)
    deployment.clock.advance(minutes=49, seconds=59)
    assert claims_of(lease(kit)) == claims
    deployment.clock.advance(seconds=1)
    assert claims_of(lease(kit))["iat"] == int(deployment.clock().timestamp())


CHANGES: dict[str, Callable[[Deployment, LicenceView], object]] = {
    "extend": lambda deployment, licence: change(deployment, "extend", licence, until=date(2026, 12, 1)),
    "terms": lambda deployment, licence: change(deployment, "change_terms", licence, changes={"lease_days": 3}),
    "suspend and reinstate": lambda deployment, licence: [
        change(deployment, act, licence) for act in ("suspend", "reinstate")
    ],
    "rotate": lambda deployment, licence: rotate(deployment),
    "items": lambda deployment, licence: add_items(deployment, "film-3"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_makes_the_next_lease_a_new_one(deployment: Deployment, what: str) -> None:
    licence, kit, old = settled(deployment)
    CHANGES[what](deployment, licence)

    # Even a sync within the second of the change gives a lease of after the change.
    new = claims_of(lease(kit))
    assert new["iat"] == int(deployment.clock().timestamp())
    assert new["jti"] != old["jti"]
    deployment.clock.advance(seconds=2)
    again = claims_of(lease(kit))
    assert {**again, "iat": 0, "jti": "", "nbf": 0} | {"exp": 0, "grace_until": 0} == {
        **new,
        "iat": 0,
        "jti": "",
        "nbf": 0,
    } | {"exp": 0, "grace_until": 0}


def test_a_suspension_holds_at_once(deployment: Deployment) -> None:
    licence, kit, _ = settled(deployment)
    change(deployment, "suspend", licence)
    assert verdict(kit.sync()) == "licence_suspended"


def test_a_rotated_key_signs_the_next_lease(deployment: Deployment) -> None:
    _, kit, _ = settled(deployment)
    kid = rotate(deployment).signing[-1].kid
    assert jwt.get_unverified_header(lease(kit)) == {"alg": "ES256", "kid": kid, "typ": "kit-lease+jwt"}


def test_no_lease_outlives_its_licence(deployment: Deployment) -> None:
    licence, kit, claims = settled(deployment)
    assert claims["exp"] == claims["grace_until"] == claims_of(lease(kit))["licence"]["ends_at"]
    change(deployment, "extend", licence, until=date(2026, 4, 10))
    longer = claims_of(lease(kit))
    assert longer["exp"] < longer["grace_until"] == longer["licence"]["ends_at"]


def test_a_licence_without_an_end_says_so_with_the_end_of_time(deployment: Deployment) -> None:
    from licence_server.domain.licence import Kind

    kit = deployment.installation(deployment.token(deployment.licence(kind=Kind.FULL)))
    licence = claims_of(lease(kit))["licence"]
    assert (licence["kind"], licence["ends_at"]) == ("full", 253_402_214_400)
