"""Seats lapse, are retaken, and are never one too many."""

from licence_server.domain.licence import LicenceTerms
from licence_server.services import licences
from licence_server.services.licences import LicenceView
from tests.support.acts import change, end_installation, json_of, refusal, statuses, verdict
from tests.support.deployment import Deployment, workshop

SHORT = LicenceTerms(seat_limit=2, lease_days=5, grace_days=2)


def seats_held(deployment: Deployment, licence: LicenceView) -> int:
    return licences.get(deployment.runtime, licence.licence.id, now=deployment.clock()).seats_held


def test_a_seat_is_held_until_lease_and_grace_have_ended(deployment: Deployment) -> None:
    licence = deployment.licence(terms=SHORT)
    token = deployment.token(licence)
    deployment.installation(token)
    deployment.installation(token)
    assert seats_held(deployment, licence) == 2

    deployment.clock.advance(days=7, seconds=-1)
    assert refusal(deployment.post_activation(token)) == (409, "seat_limit_reached")
    deployment.clock.advance(seconds=1)
    assert seats_held(deployment, licence) == 0
    for _ in range(2):
        assert deployment.post_activation(token).status_code == 201
    assert refusal(deployment.post_activation(token)) == (409, "seat_limit_reached")


def test_a_sync_keeps_the_seat(deployment: Deployment) -> None:
    licence = deployment.licence(terms=SHORT)
    token = deployment.token(licence)
    kit = deployment.installation(token)
    deployment.installation(token)
    for _ in range(3):
        deployment.clock.advance(days=6, hours=23)
        assert verdict(kit.sync()) == "active"
    assert seats_held(deployment, licence) == 1


def test_a_lapsed_installation_that_syncs_takes_a_free_seat_again(deployment: Deployment) -> None:
    licence = deployment.licence(terms=SHORT)
    token = deployment.token(licence)
    lapsed = deployment.installation(token)
    deployment.clock.advance(days=8)
    assert verdict(lapsed.sync()) == "active"
    assert seats_held(deployment, licence) == 1


def test_with_no_seat_free_it_is_told_so_and_its_reports_count(deployment: Deployment) -> None:
    licence = deployment.licence(terms=SHORT)
    token = deployment.token(licence)
    lapsed = deployment.installation(token)
    deployment.clock.advance(days=8)
    others = [deployment.installation(token) for _ in range(2)]

    answer = lapsed.sync(workshop(deployment.clock()))
    assert verdict(answer) == "seat_limit_reached"
    assert statuses(answer) == ["accepted"]
    assert verdict(lapsed.sync()) == "seat_limit_reached"
    assert seats_held(deployment, licence) == 2

    end_installation(deployment, "release", others[0])
    assert verdict(lapsed.sync()) == "active"
    assert seats_held(deployment, licence) == 2
    assert verdict(others[0].sync()) == "installation_released"


def test_profiles_wiped_every_night_do_not_eat_the_seats(deployment: Deployment) -> None:
    """One PC, a new installation each morning: only those within lease and grace hold seats."""
    licence = deployment.licence(terms=LicenceTerms(seat_limit=4, lease_days=2, grace_days=1))
    token = deployment.token(licence)
    for _ in range(30):
        assert deployment.post_activation(token).status_code == 201
        deployment.clock.advance(days=1)
        assert seats_held(deployment, licence) <= 3


def test_a_seat_ends_with_the_licence_and_comes_back_with_its_extension(deployment: Deployment) -> None:
    licence = deployment.licence(trial_days=3, seats=1)
    kit = deployment.installation(deployment.token(licence))
    deployment.clock.advance(days=4)
    assert verdict(kit.sync()) == "licence_expired"
    assert seats_held(deployment, licence) == 0

    change(deployment, "extend", licence, until=deployment.clock().date())
    assert verdict(kit.sync()) == "active"
    assert seats_held(deployment, licence) == 1


def test_a_revoked_installation_frees_its_seat(deployment: Deployment) -> None:
    licence = deployment.licence(seats=1)
    token = deployment.token(licence)
    kit = deployment.installation(token)
    end_installation(deployment, "revoke", kit)
    assert deployment.post_activation(token).status_code == 201
    assert verdict(kit.sync()) == "installation_revoked"


def test_fewer_seats_send_nobody_away_who_sits(deployment: Deployment) -> None:
    licence = deployment.licence(seats=3)
    token = deployment.token(licence)
    kits = [deployment.installation(token) for _ in range(3)]
    change(deployment, "change_terms", licence, changes={"seat_limit": 1})
    deployment.clock.advance(days=1)
    assert [verdict(kit.sync()) for kit in kits] == ["active"] * 3
    assert json_of(deployment.post_activation(token))["code"] == "seat_limit_reached"
