"""Two phones read the same code at once: counted once, one receipt, both get it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from licence_server.models import CarriedMessage
from licence_server.services import exchanges
from licence_server.services.exchanges import Carried
from tests.support.carried import message
from tests.support.deployment import Deployment, workshop

PHONES = 6


def at_once(deployment: Deployment, texts: list[str]) -> list[Carried]:
    start = Barrier(len(texts))

    def bring(text: str) -> Carried:
        start.wait()
        return exchanges.take_message(deployment.runtime, text, now=deployment.clock())

    with ThreadPoolExecutor(len(texts)) as phones:
        return list(phones.map(bring, texts))


def test_the_same_message_on_several_phones_at_once(deployment: Deployment) -> None:
    kit = deployment.installation()
    text = message(kit, workshop(deployment.clock(), 1), workshop(deployment.clock(), 2))

    answers = at_once(deployment, [text] * PHONES)

    assert len({answer.receipt for answer in answers}) == 1
    assert len({answer.confirmation for answer in answers}) == 1
    with deployment.runtime.database.reading() as session:
        assert session.query(CarriedMessage).count() == 1
    assert deployment.report()["attendances"] == 28
    assert deployment.report()["reports"]["duplicates"] == 0
    deployment.assert_totals_agree()


def test_different_messages_with_the_same_report_at_once(deployment: Deployment) -> None:
    kit = deployment.installation()
    report = workshop(deployment.clock())

    answers = at_once(deployment, [message(kit, report) for _ in range(PHONES)])

    assert len({answer.receipt for answer in answers}) == PHONES
    assert deployment.report()["attendances"] == 14
    assert deployment.report()["reports"]["duplicates"] == PHONES - 1
    deployment.assert_totals_agree()
