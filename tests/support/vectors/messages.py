"""Messages that somebody carries to the server: what it takes, and what it refuses.

Payloads are packed as stored blocks of DEFLATE (RFC 1951, 3.2.4), so that these texts are the same bytes
whatever library packs them; a client may pack as it likes.
"""

import json
from typing import Any

from tests.support.signer import b64, compact, sign_hs256
from tests.support.vectors import world
from tests.support.vectors.world import INSTALLATION, ISSUER, KIT, MESSAGE_KEY, NOW, Case

KID = "message-1"
HEADER = {"typ": "kit-message+jwt", "kid": KID, "zip": "DEF"}
REQUIRED = tuple(world.message_claims())
SESSION = {
    "id": "01976f2e-7c00-7000-8000-0000000000aa",
    "seq": 1,
    "type": "session",
    "mode": "workshop",
    "started_at": "2030-03-17T09:30:00.000+00:00",
    "duration_seconds": 2700,
    "attendee_count": 14,
    "items": [{"item": "film-1", "seconds": 412, "completed": True}],
}


def cases() -> list[Case]:
    return [*_good(), *_claims(), *_headers(), *_texts()]


def stored(data: bytes) -> bytes:
    """DEFLATE without compression; enough for less than 64 KiB."""
    size = len(data)
    return b"\x01" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + data


def sign(claims: Any, *, key: bytes = MESSAGE_KEY, **header: Any) -> str:
    return sign_hs256(key, HEADER | header, stored(json.dumps(claims, separators=(",", ":")).encode()))


def _case(name: str, what: str, text: Any, code: str | None, claims: Any = None) -> Case:
    return {
        "name": name,
        "what": what,
        "message": text,
        "message_key": list(MESSAGE_KEY),
        "message_kid": KID,
        "issuer": ISSUER,
        "installation_id": INSTALLATION,
        "expected": {"accepted": code is None, "code": code, "claims": claims},
    }


def _good() -> list[Case]:
    made = {
        "no reports": world.message_claims(),
        "a workshop": world.message_claims(reports=[SESSION]),
        "unknown claims": world.message_claims(extra={"a": 1}),
        "sent_at as a NumericDate": world.message_claims(sent_at=NOW),
        "a report that is none": world.message_claims(reports=[7, None, "x"]),
        "five hundred reports": world.message_claims(reports=list(range(500))),
        "letters of other alphabets": world.message_claims(reports=[{"comment": "Grüße, 你好 \U0001f600"}]),
    }
    return [_case(name, "as a kit signs it", sign(claims), None, claims) for name, claims in made.items()]


def _claims() -> list[Case]:
    claims = world.message_claims()
    wrong: dict[str, Any] = {f"without {name}": world.without(claims, name) for name in REQUIRED if name != "sub"}
    wrong |= {
        "wrong issuer": claims | {"iss": "https://elsewhere.example"},
        "wrong audience": claims | {"aud": KIT},
        "audience with a slash": claims | {"aud": ISSUER + "/"},
        "audience as a list": claims | {"aud": [ISSUER]},
        "empty jti": claims | {"jti": ""},
        "jti is a number": claims | {"jti": 7},
        "iat is text": claims | {"iat": "1900000000"},
        "sent_at without an offset": claims | {"sent_at": "2030-03-17T17:46:40"},
        "reports is an object": claims | {"reports": {}},
        "501 reports": claims | {"reports": list(range(501))},
    }
    found = [_case(name, "rightly signed, wrong inside", sign(one), "message_invalid") for name, one in wrong.items()]
    unknown = {
        "without sub": world.without(claims, "sub"),
        "sub is another installation": claims | {"sub": INSTALLATION[:-1] + "2"},
        "sub is no UUID": claims | {"sub": "reception"},
    }
    return found + [
        _case(name, "the key follows from sub", sign(one), "message_refused") for name, one in unknown.items()
    ]


def _headers() -> list[Case]:
    claims = world.message_claims()
    payload = stored(json.dumps(claims).encode())
    made = {
        "wrong key": sign(claims, key=bytes(32)),
        "the key as base64url text": sign(claims, key=b64(MESSAGE_KEY).encode()),
        "wrong kid": sign(claims, kid="message-2"),
        "no kid": sign_hs256(MESSAGE_KEY, {"typ": HEADER["typ"], "zip": "DEF"}, payload),
        "typ JWT": sign(claims, typ="JWT"),
        "typ of a receipt": sign(claims, typ="kit-receipt+jwt"),
        "alg none": compact(HEADER | {"alg": "none"}, payload),
        "alg none, the signature kept": sign(claims, alg="none"),
        "alg HS512": sign(claims, alg="HS512"),
        "signed with ES256": world.SIGNING.sign_bytes("kit-message+jwt", payload, zip="DEF"),
        "zip in other letters": sign(claims, zip="def"),
        "no zip, not packed": sign_hs256(MESSAGE_KEY, {"typ": HEADER["typ"], "kid": KID}, json.dumps(claims).encode()),
        "zip, not packed": sign_hs256(MESSAGE_KEY, HEADER, json.dumps(claims).encode()),
        "crit": sign(claims, crit=["zip"]),
        "b64 false": sign(claims, b64=False),
    }
    return [_case(name, "the verifier fixes them", text, "message_refused") for name, text in made.items()]


def _texts() -> list[Case]:
    text = sign(world.message_claims())
    header, payload, signature = text.split(".")
    other = b64(stored(json.dumps(world.message_claims(reports=[SESSION])).encode()))
    made = {
        "tampered payload": f"{header}.{other}.{signature}",
        "tampered signature": f"{header}.{payload}.{b64(bytes(32))}",
        "without signature": f"{header}.{payload}.",
        "two parts": f"{header}.{payload}",
        "four parts": f"{text}.{signature}",
        "padded": text + "=",
        "cut short": text[:-1],
        "newline after": text + "\n",
        "space before": " " + text,
        "empty": "",
        "packed, then more": sign_hs256(
            MESSAGE_KEY, HEADER, stored(json.dumps(world.message_claims()).encode()) + b"x"
        ),
        "packed, cut short": sign_hs256(MESSAGE_KEY, HEADER, stored(json.dumps(world.message_claims()).encode())[:-1]),
        "payload is a list": sign([]),
    }
    return [_case(name, "only the strict compact form is one", one, "message_refused") for name, one in made.items()]
