"""Messages, receipts and confirmations: server and Python SDK against the vectors that every SDK must pass."""

import json
from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

import pytest

from client_sdk import message, receipt, trust
from client_sdk.errors import NotTrusted
from client_sdk.receipt import Receipt
from licence_server import messages
from licence_server.domain import confirmation
from licence_server.domain.errors import LicenceServerError
from tests.support.carried import claims_of, decode
from tests.support.vectors import messages as message_vectors
from tests.support.vectors import receipts as receipt_vectors
from tests.support.vectors.generate import HOME

Case = dict[str, Any]


def load(name: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in json.loads((HOME / name).read_text())["cases"]]


@pytest.mark.parametrize("case", load("messages.json"))
def test_the_server_reads_a_message(case: Case) -> None:
    def find_key(kid: str, installation_id: UUID) -> bytes | None:
        known = kid == case["message_kid"] and str(installation_id) == case["installation_id"]
        return bytes(case["message_key"]) if known else None

    if not case["expected"]["accepted"]:
        with pytest.raises(LicenceServerError) as refused:
            messages.read(case["message"], issuer=case["issuer"], find_key=find_key)
        assert refused.value.code == case["expected"]["code"]
        return
    read = messages.read(case["message"], issuer=case["issuer"], find_key=find_key)
    claims = case["expected"]["claims"]
    assert (str(read.installation_id), read.jti, read.reports) == (claims["sub"], claims["jti"], claims["reports"])


@pytest.mark.parametrize("case", load("messages.json"))
def test_the_sdk_signs_a_message(case: Case) -> None:
    if not case["expected"]["accepted"]:
        return
    key = urlsafe_b64encode(bytes(case["message_key"])).rstrip(b"=").decode()

    text = message.sign(case["expected"]["claims"], key=key, kid=case["message_kid"])

    header = [json.loads(decode(one.split(".")[0])) for one in (text, case["message"])]
    assert header[0] == header[1]
    assert claims_of(text) == claims_of(case["message"]) == case["expected"]["claims"]
    test_the_server_reads_a_message(case | {"message": text})


@pytest.mark.parametrize("case", load("receipts.json"))
def test_receipt(case: Case) -> None:
    def read() -> Receipt:
        trusted = trust.restore(trust.anchor(case["root"], case["issuer"]), case["roots"], case["keyset"])
        return receipt.read(case["receipt"], trusted, installation_id=case["installation_id"])

    if not case["expected"]["accepted"]:
        with pytest.raises(NotTrusted):
            read()
        return
    found, wanted = read(), case["expected"]["receipt"]
    assert (found.message, found.issued_at) == (wanted["message"], wanted["iat"])
    assert [(one.id, one.status, one.code) for one in found.results] == [
        (one["id"], one["status"], one.get("code", "")) for one in wanted["results"]
    ]
    assert (found.verdict.valid, found.verdict.code) == (wanted["verdict"]["valid"], wanted["verdict"]["code"])


@pytest.mark.parametrize("case", load("confirmations.json"))
def test_confirmation(case: Case) -> None:
    raw = bytes(case["message_key"])
    symbols = message.confirmation(urlsafe_b64encode(raw).decode(), case["jti"])

    assert symbols == confirmation.symbols(raw, case["jti"]) == case["expected"]["symbols"]
    assert (message.read_confirmation(case["typed"]) == symbols) == case["expected"]["confirmed"]


def test_the_vectors_cover_every_claim() -> None:
    for name, required in (("messages.json", message_vectors.REQUIRED), ("receipts.json", receipt_vectors.REQUIRED)):
        names = {case.values[0]["name"] for case in load(name)}
        assert {f"without {claim}" for claim in required} <= names


@pytest.mark.parametrize("case", [one for one in load("typ_pairs.json") if one.values[0]["offered_as"] == "message"])
def test_no_other_signed_thing_is_a_message(case: Case) -> None:
    with pytest.raises(LicenceServerError) as refused:
        messages.read(case["text"], issuer=case["issuer"], find_key=lambda *_: bytes(case["message_key"]))
    assert refused.value.code == "message_refused"


@pytest.mark.parametrize("case", [one for one in load("typ_pairs.json") if one.values[0]["offered_as"] == "receipt"])
def test_no_other_signed_thing_is_a_receipt(case: Case) -> None:
    trusted = trust.restore(trust.anchor(case["root"], case["issuer"]), (), case["keyset"])

    with pytest.raises(NotTrusted):
        receipt.read(case["text"], trusted, installation_id=case["installation_id"])
