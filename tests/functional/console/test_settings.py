"""Settings: retention is changed after its consequences were shown; the rest is there to look at."""

from datetime import timedelta
from typing import Any

import pytest

from licence_server.domain.roles import Role
from licence_server.services import audit, retention, settings
from tests.support.deployment import Deployment, workshop
from tests.support.desk import ORIGIN, Desk, forms, words

PATH = "/console/settings/retention"


@pytest.fixture
def old(deployment: Deployment) -> Deployment:
    """Three reports, a hundred days ago."""
    kit = deployment.installation(deployment.token(deployment.licence(trial_days=300)))
    kit.sync(*(workshop(deployment.clock(), seq) for seq in (1, 2, 3)))
    deployment.clock.advance(days=100)
    return deployment


def ask(desk: Desk, **fields: Any) -> Any:
    return desk.submit(PATH, **{"keep": "days", "days": "60", "reason": "Decided by the committee", **fields})


def confirm(desk: Desk, page: Any) -> Any:
    return desk.post(PATH, next(form for form in forms(page.text) if "sign-out" not in form.action).fields)


def test_what_would_go_is_shown_before_it_is_set(old: Deployment, desk: Any) -> None:
    administrator = desk(Role.ADMINISTRATOR)
    assert "For as long as this server lives" in administrator.get("/console/settings").text
    shown = ask(administrator)
    assert "3 raw reports" in words(shown.text)
    assert settings.get_retention(old.runtime).days is None, "asked, not done"
    assert confirm(administrator, shown).location == "/console/settings"
    assert settings.get_retention(old.runtime).days == 60
    page = words(administrator.get("/console/settings").text)
    assert "60 days after they reached us" in page
    assert "3 raw reports" in page
    newest = audit.list_entries(old.runtime, limit=1, cursor=None).items[0]
    assert (newest.action, newest.reason) == ("retention_set", "Decided by the committee")

    retention.run(old.runtime, now=old.clock(), actor="retention")
    page = words(administrator.get("/console/settings").text)
    assert "Last carried out on 10 June 2026" in page
    assert "Nothing; all that is here is younger" in page


def test_another_number_is_shown_anew(old: Deployment, desk: Any) -> None:
    administrator = desk(Role.ADMINISTRATOR)
    form = next(form for form in forms(ask(administrator).text) if "sign-out" not in form.action)
    answer = administrator.post(PATH, {**form.fields, "days": "90"})
    assert "Keep raw reports for 90 days?" in words(answer.text)
    assert settings.get_retention(old.runtime).days is None


def test_back_to_for_ever(old: Deployment, desk: Any) -> None:
    administrator = desk(Role.ADMINISTRATOR)
    confirm(administrator, ask(administrator))
    shown = ask(administrator, keep="forever", days="")
    assert "Nothing more is removed from now on" in words(shown.text)
    confirm(administrator, shown)
    assert settings.get_retention(old.runtime).days is None


@pytest.mark.parametrize("days", ["", "29", "36501", "many", "-1", "1e3", "٣٦٥"])
def test_a_number_out_of_bounds_is_said(administrator: Desk, days: str) -> None:
    answer = ask(administrator, days=days)
    assert (answer.status_code, "whole number" in words(answer.text)) == (422, True)


def test_a_change_asks_for_the_password_again(deployment: Deployment, administrator: Desk) -> None:
    deployment.clock.advance(minutes=11)
    assert administrator.get("/console/settings").status_code == 200
    assert administrator.get(PATH).location.startswith("/console/again")


def test_the_facts_of_the_deployment(deployment: Deployment, administrator: Desk) -> None:
    page = words(administrator.get("/console/settings").text)
    for fact in ("https://licences.example", "Europe/London (fixed)", "Trusted proxies in front 0", "Ready"):
        assert fact in page
    assert ("SQLite" in page) == deployment.runtime.database.is_sqlite
    assert "A proxy seems to stand in front" not in page
    forwarded = administrator.client.get("/console/settings", base_url=ORIGIN, headers={"X-Forwarded-For": "192.0.2.1"})
    assert "A proxy seems to stand in front" in forwarded.text


def test_a_keyset_near_its_end_is_a_warning_here_too(deployment: Deployment, desk: Any) -> None:
    deployment.clock.now += timedelta(days=3 * 366 - 100)
    assert "the keyset ends on" in desk(Role.ADMINISTRATOR).get("/console/settings").text.casefold()
