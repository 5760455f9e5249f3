"""Installations that ended long ago lose their identity; the figures keep counting them as before."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from licence_server.domain.errors import NotFound
from licence_server.models import Installation, InstallationToken
from licence_server.services import audit, installations
from tests.support.acts import change, end_installation, json_of, refusal, statuses, verdict
from tests.support.carried import carry, exchange, message
from tests.support.deployment import ACTOR, KIT_ID, Deployment, Installed, workshop
from tests.support.retained import DAYS, counts, everything, figures, keep_for, retain, rows


@pytest.fixture
def field(deployment: Deployment) -> Deployment:
    keep_for(deployment)
    return deployment


def wait(deployment: Deployment, days: int = DAYS + 1) -> None:
    deployment.clock.advance(days=days)


def test_a_released_installation_loses_its_identity(field: Deployment) -> None:
    kit = field.installation(field.token(field.licence(trial_days=700)))
    kit.sync(workshop(field.clock(), 2))
    end_installation(field, "release", kit)
    wait(field)
    before = figures(field)

    assert counts(retain(field)) == (1, 0, 0, 1)

    assert figures(field) == before
    assert before[0]["reports"]["missing"] == 1
    assert kit.id not in everything(field)
    assert rows(field, InstallationToken) == 0
    assert refusal(kit.sync()) == (401, "installation_token_unknown")
    assert exchange(field, {"message": message(kit)}).status_code == 404
    with pytest.raises(NotFound):
        installations.get(field.runtime, UUID(kit.id), now=field.clock())
    assert installations.list_page(field.runtime, now=field.clock(), limit=9, cursor=None).items == []
    field.assert_totals_agree()


ENDS: dict[str, Any] = {
    "released": lambda field, kit, _: end_installation(field, "release", kit),
    "given back": lambda field, kit, _: field.client.delete(f"/api/v1/installations/{kit.id}", headers=kit.headers),
    "revoked": lambda field, kit, _: end_installation(field, "revoke", kit),
    "licence revoked": lambda field, _, licence: change(field, "revoke", licence),
    "licence over": lambda field, _, __: field.clock.advance(days=30),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_period_runs_from_the_end_and_from_the_last_word(field: Deployment, end: str) -> None:
    licence = field.licence(trial_days=30)
    kit = field.installation(field.token(licence))
    ENDS[end](field, kit, licence)
    wait(field, DAYS)
    assert retain(field).installations == 0
    # It was ended, and still its reports were taken.
    assert kit.sync(workshop(field.clock(), 1)).status_code == 200
    wait(field, DAYS)
    assert retain(field).installations == 0
    carry(kit, workshop(field.clock(), 2), sent_at=field.clock.now.replace(day=1, month=3))
    wait(field, DAYS)
    assert retain(field).installations == 0
    wait(field, 1)
    assert retain(field).installations == 1
    field.assert_totals_agree()


def test_one_that_did_not_end_is_kept_however_quiet(field: Deployment) -> None:
    kit = field.installation(field.token(field.licence(trial_days=3000)))
    stopped = field.licence(kit_id=KIT_ID, trial_days=3000)
    suspended = field.installation(field.token(stopped))
    change(field, "suspend", stopped)
    wait(field, 1000)
    assert retain(field).installations == 0
    assert verdict(kit.sync()) == "active"
    assert verdict(suspended.sync()) == "licence_suspended"


def numbers(field: Deployment) -> tuple[int, int, int]:
    document = field.report()
    return document["reports"]["missing"], document["installations"]["copied"], document["installations"]["activated"]


def test_the_same_id_is_the_same_installation_again(field: Deployment) -> None:
    licence = field.licence(trial_days=700)
    token = field.token(licence)
    kit = field.installation(token)
    first = workshop(field.clock(), 1)
    kit.sync(first, workshop(field.clock(), 3))
    end_installation(field, "release", kit)
    wait(field)
    retain(field)

    answer = field.post_activation(token, kit.id)

    assert answer.status_code == 201
    back = Installed(field, json_of(answer))
    assert back.answer["message_key"] == kit.answer["message_key"]
    assert statuses(back.sync(first, workshop(field.clock(), 4))) == ["duplicate", "accepted"]
    assert numbers(field) == (1, 0, 1)
    # What was missing may still come.
    assert statuses(back.sync(workshop(field.clock(), 2))) == ["accepted"]
    assert numbers(field) == (0, 0, 1)
    assert field.post_activation(token, kit.id).status_code == 200
    assert installations.get(field.runtime, UUID(kit.id), now=field.clock()).status == "active"
    field.assert_totals_agree()


def test_what_was_final_stays_final(field: Deployment) -> None:
    licence = field.licence(trial_days=700)
    revoked, elsewhere = (field.installation(field.token(licence)) for _ in range(2))
    end_installation(field, "revoke", revoked)
    end_installation(field, "release", elsewhere)
    wait(field)
    assert retain(field).installations == 2

    assert refusal(field.post_activation(field.token(licence), revoked.id)) == (403, "installation_revoked")
    other = field.licence(field.organisation("Other"), KIT_ID)
    assert refusal(field.post_activation(field.token(other), elsewhere.id)) == (403, "installation_elsewhere")
    with field.runtime.database.reading() as session:
        assert set(session.scalars(select(Installation.removed_on))) == {field.clock.now.date()}
    assert revoked.id not in everything(field)


def test_the_audit_log_knows_an_installation_by_its_hash(field: Deployment) -> None:
    kit = field.installation()
    end_installation(field, "release", kit)
    listed = audit.list_entries(field.runtime, limit=9, cursor=None, subject=f"installation:{kit.id}").items
    assert [entry.action for entry in listed] == ["installation_released", "installation_activated"]
    assert listed[1].actor == listed[1].subject
    assert kit.id not in str([vars(entry) for entry in listed])
    assert (listed[0].actor, audit.verify(field.runtime).faults) == (ACTOR, [])


def test_ended_installations_go_with_the_licence_of_a_whole_cohort(field: Deployment) -> None:
    token = field.token(field.licence(trial_days=20))
    kits = [field.installation(token) for _ in range(5)]
    for place, kit in enumerate(kits[:3]):
        field.clock.advance(hours=1)
        kit.sync(workshop(field.clock(), 1 + place))
    kits[4].sync(usage_reporting="off")
    wait(field, 100)
    before = figures(field)
    assert counts(retain(field)) == (3, 0, 0, 5)
    assert figures(field) == before
    field.assert_totals_agree()
