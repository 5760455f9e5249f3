"""How many installations are activated, reporting, silent, declined: what is not known is not called unused."""

from datetime import date

from licence_server.domain.licence import LicenceTerms
from tests.support.acts import end_installation
from tests.support.deployment import Deployment


def day(number: int) -> date:
    return date(2026, 3, number)


def installations(deployment: Deployment, first: int | None = None, last: int | None = None) -> list[int]:
    """activated, reporting, silent, declined."""
    period = {"first": day(first) if first else None, "last": day(last) if last else None}
    found = deployment.report(**period)["installations"]
    return [found[name] for name in ("activated", "reporting", "silent", "declined")]


def test_an_installation_is_activated_from_its_day_until_it_is_released_or_revoked(deployment: Deployment) -> None:
    token = deployment.token()
    deployment.clock.advance(days=3)
    kits = [deployment.installation(token) for _ in range(3)]
    deployment.clock.advance(days=5)
    end_installation(deployment, "release", kits[0])
    end_installation(deployment, "revoke", kits[1])

    assert [installations(deployment, n, n)[0] for n in (4, 5, 10, 11)] == [0, 3, 3, 1]
    assert [installations(deployment, last=n)[0] for n in (4, 5, 30)] == [0, 3, 3]
    assert installations(deployment)[0] == 3
    assert deployment.report(first=day(4), last=day(4))["organisations"]["activated"] == 0
    assert deployment.report()["organisations"]["activated"] == 1

    deployment.post_activation(token, kits[0].id)
    assert installations(deployment, 11, 11)[0] == 2


def test_reporting_is_to_have_synced_within_the_check_in_days(deployment: Deployment) -> None:
    kit_id = deployment.kit()
    weekly = deployment.licence(kit_id=kit_id, terms=LicenceTerms(check_in_days=7))
    monthly = deployment.licence(kit_id=kit_id, terms=LicenceTerms(check_in_days=30))
    first, second = (deployment.installation(deployment.token(licence)) for licence in (weekly, monthly))
    assert installations(deployment) == [2, 0, 2, 0]
    first.sync()
    second.sync()
    assert installations(deployment) == [2, 2, 0, 0]
    assert deployment.report()["coverage"]["reporting_share"] == 1.0

    deployment.clock.advance(days=7)
    assert installations(deployment) == [2, 2, 0, 0]
    deployment.clock.advance(hours=1)
    assert installations(deployment) == [2, 1, 1, 0]
    assert deployment.report()["coverage"]["reporting_share"] == 0.5
    # What counts is the end of the period where it is past, and now where it is not.
    assert installations(deployment, last=8) == [2, 2, 0, 0]
    assert installations(deployment, last=9) == [2, 1, 1, 0]
    assert installations(deployment, last=31) == [2, 1, 1, 0]
    deployment.clock.advance(days=23)
    assert installations(deployment) == [2, 0, 2, 0]


def test_whoever_objects_has_declined_and_is_neither_reporting_nor_silent(deployment: Deployment) -> None:
    token = deployment.token()
    kit, other, _never = (deployment.installation(token) for _ in range(3))
    other.sync()
    kit.sync(usage_reporting="off")
    assert installations(deployment) == [3, 1, 1, 1]
    assert deployment.report()["coverage"]["reporting_share"] == 0.5
    kit.sync()
    assert installations(deployment) == [3, 1, 1, 1]
    kit.sync(usage_reporting="on")
    assert installations(deployment) == [3, 2, 1, 0]
    assert deployment.report()["coverage"]["reporting_share"] == 0.6667
