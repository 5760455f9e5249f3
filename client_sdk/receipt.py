"""The receipt for a carried message: what the server signed for it. Pure.

* typ `kit-receipt+jwt`, ES256, the key that the accepted keyset has under the header's `kid`.
* `iss` is the server, `aud` this installation: the verifier knows both beforehand.
* Every claim is required and has its type; a verdict that contradicts itself, or a report that is named
  twice, refuses the receipt.
"""

from dataclasses import dataclass
from typing import Any

from client_sdk import claim, jws
from client_sdk.answer import STATUSES, Result
from client_sdk.errors import NotTrusted
from client_sdk.trust import Trust
from client_sdk.verdict import Verdict

RECEIPT = "kit-receipt+jwt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The claims of a verified receipt. message: the jti of what it is for; issued_at: seconds since 1970."""

    message: str
    issued_at: int
    results: tuple[Result, ...]
    verdict: Verdict


def read(text: Any, trusted: Trust, *, installation_id: str) -> Receipt:
    """The verified claims. Raises NotTrusted."""
    parts = jws.parse(text, typ=RECEIPT)
    kid = parts.header.get("kid")
    key = trusted.keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise NotTrusted("kid names no key of the keyset")
    said = jws.claims(parts, key)
    claim.fixed(said, "iss", trusted.issuer)
    claim.fixed(said, "aud", installation_id)
    claim.text(said, "jti")
    return Receipt(claim.text(said, "message"), claim.moment(said, "iat"), _results(said), _verdict(said))


def _results(said: dict[str, Any]) -> tuple[Result, ...]:
    listed = said.get("results")
    if not isinstance(listed, list):
        raise NotTrusted("results is missing or not a list")
    found = [_result(one) for one in listed]
    if len({one.id for one in found}) != len(found):
        raise NotTrusted("a report is named twice")
    return tuple(found)


def _result(value: Any) -> Result:
    if not isinstance(value, dict) or value.get("status") not in STATUSES:
        raise NotTrusted("a result is malformed")
    code, detail = value.get("code", ""), value.get("detail", "")
    if not isinstance(code, str) or not isinstance(detail, str):
        raise NotTrusted("a result is malformed")
    return Result(claim.text(value, "id"), value["status"], code, detail)


def _verdict(said: dict[str, Any]) -> Verdict:
    members = claim.members(said, "verdict")
    valid, detail = members.get("valid"), members.get("detail")
    code = claim.text(members, "code")
    if not isinstance(valid, bool) or not isinstance(detail, str) or valid != (code == "active"):
        raise NotTrusted("verdict is malformed")
    return Verdict(valid, code, detail)
