"""Receipts for carried messages: what an SDK must believe before anything leaves its outbox."""

from typing import Any

from tests.support.signer import b64, compact
from tests.support.vectors import world
from tests.support.vectors.world import DAY, INSTALLATION, ISSUER, SIGNING, YEAR, Case

TYP = "kit-receipt+jwt"
REQUIRED = tuple(world.receipt_claims())
FIRST, SECOND = "01976f2e-7c00-7000-8000-0000000000aa", "01976f2e-7c00-7000-8000-0000000000bb"
RESULTS = [
    {"id": FIRST, "status": "accepted"},
    {"id": SECOND, "status": "rejected", "code": "item_unknown", "detail": "The kit has no item film-9."},
]
ENDED = {"valid": False, "code": "licence_revoked", "detail": "The licence has been revoked."}


def cases() -> list[Case]:
    return [*_good(), *_claims(), *_headers(), *_texts()]


def _case(name: str, what: str, receipt: Any, claims: Any = None, **inputs: Any) -> Case:
    expected = None
    if claims is not None:
        expected = {name: claims[name] for name in ("message", "iat", "results", "verdict")}
    return {
        "name": name,
        "what": what,
        "root": world.ROOT.jwk,
        "roots": [],
        "keyset": world.keyset(),
        "receipt": receipt,
        "issuer": ISSUER,
        "installation_id": INSTALLATION,
        **inputs,
        "expected": {"accepted": claims is not None, "receipt": expected},
    }


def _good() -> list[Case]:
    made = {
        "nothing reported": world.receipt_claims(),
        "accepted and rejected": world.receipt_claims(results=RESULTS),
        "an ended licence": world.receipt_claims(results=RESULTS, verdict=ENDED),
        "unknown claims": world.receipt_claims(extra=1),
    }
    found = [_case(name, "as the server signs it", SIGNING.sign(TYP, one), one) for name, one in made.items()]
    claims = world.receipt_claims(results=RESULTS)
    rotated = world.keyset(SIGNING, world.NEXT_SIGNING, version=2)
    return [
        *found,
        _case(
            "new key after a rotation",
            "the keyset has it",
            world.NEXT_SIGNING.sign(TYP, claims),
            claims,
            keyset=rotated,
        ),
        _case(
            "keyset expired since",
            "its exp counts on acceptance",
            SIGNING.sign(TYP, claims),
            claims,
            keyset=world.keyset(exp=world.NOW - YEAR),
        ),
    ]


def _claims() -> list[Case]:
    claims = world.receipt_claims(results=RESULTS)
    wrong: dict[str, Any] = {f"without {name}": world.without(claims, name) for name in REQUIRED}
    wrong |= {
        "another installation": claims | {"aud": INSTALLATION[:-1] + "2"},
        "audience as a list": claims | {"aud": [INSTALLATION]},
        "wrong issuer": claims | {"iss": "https://elsewhere.example"},
        "message is empty": claims | {"message": ""},
        "iat is text": claims | {"iat": str(world.NOW)},
        "iat is true": claims | {"iat": True},
        "results is an object": claims | {"results": {}},
        "verdict is text": claims | {"verdict": "active"},
        "verdict without valid": claims | {"verdict": {"code": "active", "detail": ""}},
        "verdict contradicts itself": claims | {"verdict": ENDED | {"valid": True}},
        "verdict's detail is null": claims | {"verdict": ENDED | {"detail": None}},
        "result without id": claims | {"results": [RESULTS[0], {"status": "accepted"}]},
        "result without status": claims | {"results": [RESULTS[0], {"id": SECOND}]},
        "result of unknown status": claims | {"results": [RESULTS[0], {"id": SECOND, "status": "lost"}]},
        "result's code is a number": claims
        | {"results": [RESULTS[0], {"id": SECOND, "status": "rejected", "code": 7}]},
        "result is text": claims | {"results": [RESULTS[0], "x"]},
        "report named twice": claims | {"results": [RESULTS[0], RESULTS[0]]},
    }
    return [_case(name, "every claim, of its type, for us", SIGNING.sign(TYP, one)) for name, one in wrong.items()]


def _headers() -> list[Case]:
    claims = world.receipt_claims(results=RESULTS)
    made = {
        "signed by a stranger": world.STRANGER.sign(TYP, claims, kid=SIGNING.kid),
        "signed by the root": world.ROOT.sign(TYP, claims),
        "unknown kid": SIGNING.sign(TYP, claims, kid="nobody"),
        "typ of a lease": SIGNING.sign("kit-lease+jwt", claims),
        "typ JWT": SIGNING.sign("JWT", claims),
        "alg none": compact({"alg": "none", "typ": TYP, "kid": SIGNING.kid}, world.encode(claims)),
        "crit": SIGNING.sign(TYP, claims, crit=["exp"]),
    }
    found = [_case(name, "the verifier fixes type, algorithm and key", text) for name, text in made.items()]
    foreign = world.keyset(by=world.STRANGER)
    return [
        *found,
        _case("keyset of a stranger", "the root did not sign it", SIGNING.sign(TYP, claims), keyset=foreign),
    ]


def _texts() -> list[Case]:
    receipt = SIGNING.sign(TYP, world.receipt_claims(results=RESULTS))
    header, payload, signature = receipt.split(".")
    other = b64(world.encode(world.receipt_claims(results=RESULTS, iat=world.NOW + DAY)))
    made: dict[str, Any] = {
        "tampered payload": f"{header}.{other}.{signature}",
        "signature of zeros": f"{header}.{payload}.{b64(bytes(64))}",
        "without signature": f"{header}.{payload}.",
        "cut short": receipt[:-1],
        "space after": receipt + " ",
        "empty": "",
        "null": None,
        "an object": {"receipt": receipt},
    }
    return [_case(name, "only the strict compact form is a receipt", text) for name, text in made.items()]
