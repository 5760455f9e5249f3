"""Every signed thing offered in the place of every other.

`genuine`: the other thing as it is. `dressed`: signed by the right key, with the very claims that are
wanted; only `typ` gives it away.
"""

from itertools import permutations
from typing import Any

from tests.support.signer import sign_hs256
from tests.support.vectors import world
from tests.support.vectors.world import Case

CLAIMS = {
    "lease": world.lease_claims(),
    "receipt": world.receipt_claims(),
    "keyset": world.keyset_claims(),
    "root": world.root_claims(world.SECOND_ROOT, 2),
    "message": world.message_claims(),
}
SIGNERS = {"lease": world.SIGNING, "receipt": world.SIGNING, "keyset": world.ROOT, "root": world.ROOT}


def cases() -> list[Case]:
    found = []
    for given, wanted in permutations(CLAIMS, 2):
        found.append(_case(given, wanted, "genuine", _sign(given, given, CLAIMS[given])))
        found.append(_case(given, wanted, "dressed", _sign(given, wanted, CLAIMS[wanted])))
    return found


def _case(given: str, wanted: str, how: str, text: str) -> Case:
    return {
        "name": f"{given} offered as {wanted}, {how}",
        "what": "typ is fixed by the verifier",
        "given": given,
        "offered_as": wanted,
        "text": text,
        "root": world.ROOT.jwk,
        "keyset": world.keyset(),
        "message_key": list(world.MESSAGE_KEY),
        "now": world.NOW,
        "issuer": world.ISSUER,
        "kit_id": world.KIT,
        "installation_id": world.INSTALLATION,
        "expected": {"accepted": False},
    }


def _sign(typ: str, as_if: str, claims: dict[str, Any]) -> str:
    full = f"kit-{typ}+jwt"
    if as_if == "message":
        return sign_hs256(world.MESSAGE_KEY, {"typ": full, "kid": "message-1"}, world.encode(claims))
    return SIGNERS[as_if].sign(full, claims)
