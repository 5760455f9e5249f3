"""What is no message of a kit of ours, or is wrong inside, is refused with one code each, and counts nothing."""

import json
import zlib
from typing import Any

import pytest

from tests.support import acts
from tests.support.carried import (
    carry,
    decode,
    deflate,
    exchange,
    message,
    message_claims,
    message_key,
    receipt_of,
    sign,
)
from tests.support.deployment import Deployment, Installed, workshop
from tests.support.signer import b64, compact, sign_hs256

REFUSED, INVALID = (403, "message_refused"), (422, "message_invalid")


def outcome(kit: Installed, text: Any) -> tuple[int, str]:
    return acts.refusal(exchange(kit.deployment, {"message": text}))


def header(kit: Installed, **changes: Any) -> dict[str, Any]:
    return {"typ": "kit-message+jwt", "kid": kit.answer["message_kid"], "zip": "DEF", **changes}


def test_only_the_installations_own_key_signs_for_it(deployment: Deployment) -> None:
    token = deployment.token()
    kit, other = deployment.installation(token), deployment.installation(token)
    claims = message_claims(kit, workshop(deployment.clock()))

    for key in (bytes(32), b"guess" * 8, message_key(other), kit.answer["message_key"].encode()):
        assert outcome(kit, sign(kit, claims, key=key)) == REFUSED
    assert outcome(kit, sign(other, claims)) == REFUSED
    assert deployment.report()["reports"]["accepted"] == 0


def test_the_header_decides_nothing(deployment: Deployment) -> None:
    kit = deployment.installation()
    claims = message_claims(kit)
    payload = deflate(json.dumps(claims).encode())
    changes: list[dict[str, Any]] = [
        {"kid": "nobody"},
        {"kid": None},
        {"kid": 7},
        {"typ": "JWT"},
        {"typ": "kit-lease+jwt"},
        {"typ": "KIT-MESSAGE+JWT"},
        {"alg": "HS384"},
        {"alg": "ES256"},
        {"alg": "none"},
        {"zip": "GZIP"},
        {"zip": None},
        {"crit": ["zip"]},
        {"b64": False},
    ]

    for change in changes:
        assert outcome(kit, sign(kit, claims, **change)) == REFUSED, change
    assert outcome(kit, compact({"alg": "none", **header(kit)}, payload)) == REFUSED
    assert outcome(kit, compact({"alg": "none", **header(kit)}, payload, b"x")) == REFUSED


def test_a_text_that_was_changed_is_refused(deployment: Deployment) -> None:
    kit = deployment.installation()
    text = message(kit, workshop(deployment.clock()))
    head, payload, signature = text.split(".")
    other = b64(deflate(json.dumps(message_claims(kit, workshop(deployment.clock(), attendee_count=5000))).encode()))
    wrong = [
        f"{head}.{other}.{signature}",
        f"{head}.{payload}.{b64(bytes(32))}",
        f"{head}.{payload}.",
        f"{head}.{payload}",
        f"{head}.{payload}.{signature}.{signature}",
        f"{head}.{payload}.{signature}=",
        f"{head}.{payload[:40]}.{signature}",
        text[:-1],
        text + "\n",
        " " + text,
        "",
        "..",
        "ü.ü.ü",
    ]

    for one in wrong:
        assert outcome(kit, one) == REFUSED, one
    assert receipt_of(exchange(deployment, {"message": text})), "the text itself was good"


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "jti", "iat", "sent_at", "reports"])
def test_every_claim_is_required(deployment: Deployment, name: str) -> None:
    kit = deployment.installation()

    claims = {other: value for other, value in message_claims(kit).items() if other != name}

    assert outcome(kit, sign(kit, claims)) == (REFUSED if name == "sub" else INVALID)


def test_every_claim_has_its_type(deployment: Deployment) -> None:
    kit = deployment.installation()
    wrong: list[tuple[str, Any]] = [
        ("iss", "https://elsewhere.example"),
        ("aud", "https://licences.example/"),
        ("aud", ["https://licences.example"]),
        ("aud", "prevent-for-business"),
        ("jti", ""),
        ("jti", "x" * 256),
        ("jti", "a\x00b"),
        ("jti", "a\ud800b"),
        ("jti", 7),
        ("iat", "today"),
        ("iat", -1),
        ("iat", True),
        ("sent_at", "yesterday"),
        ("sent_at", "2026-03-02T09:00:00"),
        ("sent_at", 10**30),
        ("sent_at", []),
        ("reports", {}),
        ("reports", [7] * 501),
    ]

    for name, value in wrong:
        answer = exchange(deployment, {"message": sign(kit, message_claims(kit) | {name: value})})
        assert acts.refusal(answer) == INVALID, (name, value)
        assert answer.json is not None
        assert answer.json["errors"], (name, value)


def test_unknown_claims_and_headers_are_ignored(deployment: Deployment) -> None:
    kit = deployment.installation()

    assert receipt_of(exchange(deployment, {"message": sign(kit, message_claims(kit, extra=1), extra="x")}))


def test_five_hundred_reports_are_taken(deployment: Deployment) -> None:
    kit = deployment.installation()
    now = deployment.clock()

    receipt = receipt_of(carry(kit, *(workshop(now, seq) for seq in range(1, 501))))

    assert {one["status"] for one in receipt["results"]} == {"accepted"}
    assert len(receipt["results"]) == 500


def test_a_message_that_expands_beyond_a_mebibyte_is_refused_whoever_signed_it(deployment: Deployment) -> None:
    kit = deployment.installation()
    bomb = deflate(b" " * (64 << 20))
    assert len(bomb) < 1 << 17

    assert outcome(kit, sign_hs256(message_key(kit), {"alg": "HS256", **header(kit)}, bomb)) == INVALID
    assert outcome(kit, sign_hs256(bytes(32), {"alg": "HS256", **header(kit)}, bomb)) == INVALID
    room = (1 << 20) - len(json.dumps(message_claims(kit, extra="")))
    exact = sign(kit, message_claims(kit, extra="x" * room))
    assert len(zlib.decompress(decode(exact.split(".")[1]), wbits=-15)) == 1 << 20
    assert receipt_of(exchange(deployment, {"message": exact}))


def test_a_payload_that_is_not_packed_claims_is_refused(deployment: Deployment) -> None:
    kit = deployment.installation()
    whole = deflate(json.dumps(message_claims(kit)).encode())
    wrong = [
        b"{}",
        whole[:-3],
        whole + b"more",
        deflate(b"[]"),
        deflate(b"not JSON"),
        deflate(b"\xff"),
        deflate(b"[" * 50_000),
    ]

    for payload in wrong:
        assert outcome(kit, sign_hs256(message_key(kit), header(kit), payload)) == REFUSED


def test_an_installation_that_was_removed_is_told_so(deployment: Deployment) -> None:
    kit = deployment.installation()
    gone = "01976f2e-7c00-7000-8000-00000000dead"
    key = deployment.runtime.secret_keys.message_key(kit.answer["message_kid"], gone)

    answer = exchange(deployment, {"message": sign(kit, message_claims(kit, sub=gone), key=key)})

    assert acts.refusal(answer) == (404, "installation_unknown")


def test_a_message_under_an_older_secret_is_still_taken(deployment: Deployment) -> None:
    token = deployment.token()
    kit = deployment.installation(token)
    text = message(kit, workshop(deployment.clock()))
    with deployment.runtime.config.secret_key_file.open("a") as file:
        file.write("another secret of more than thirty-two characters\n")
    restarted = Deployment(deployment.directory, deployment.database_url, deployment.clock)

    answer = exchange(restarted, {"message": text})

    assert receipt_of(answer)["results"][0]["status"] == "accepted"
    renewed = restarted.installation(token)
    assert renewed.answer["message_kid"] != kit.answer["message_kid"]
    assert receipt_of(carry(renewed, workshop(restarted.clock())))
    restarted.close()


@pytest.mark.parametrize(
    "document",
    [{}, [], 7, {"message": 7}, {"message": "x", "activation": {}}, {"message": "x", "more": 1}, {"else": 1}],
)
def test_a_body_of_another_shape_is_refused(deployment: Deployment, document: Any) -> None:
    assert acts.refusal(exchange(deployment, document)) == (422, "body_invalid")
